"""What a start tells people: where to sign in, and the passwords that were made for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.settings import exposed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.settings import Address, Settings

FIRST_ADMIN = "admin"
DEMO_USER, DEMO_PHONE = "1000", "1001"


def base(settings: Settings) -> str:
    """The address to type on this machine; plain HTTP on loopback asks nobody to trust a key."""
    if settings.http is not None:
        return f"http://{_reachable(settings.http)}"
    assert settings.https is not None  # noqa: S101 - both off is refused at start
    return f"https://{_reachable(settings.https)}"


def greeting(
    settings: Settings, first_password: str | None, demo_users: Iterable[str]
) -> list[str]:
    """The lines to print, in order.

    Args:
        settings: of this start.
        first_password: the administrator's, if this start made it up: it is shown this once.
        demo_users: who still has a demonstration password.
    """
    lines = []
    if first_password is not None:
        lines.append(
            f"Administration {base(settings)}/admin/  sign in as {FIRST_ADMIN} / {first_password}"
            "  (shown only this once)"
        )
    demo = set(demo_users)
    if demo:
        lines += _demonstration(settings, demo)
    return lines


def _demonstration(settings: Settings, demo: set[str]) -> list[str]:
    lines = [f"Live chat      {base(settings)}/livechat/demo"]
    if DEMO_USER in demo:
        sign_in = f"sign in as {DEMO_USER} / Demo-{DEMO_USER}!"
        lines.append(f"Wave           {base(settings)}/wave/  {sign_in}")
    if FIRST_ADMIN in demo:
        sign_in = f"sign in as {FIRST_ADMIN} / Demo-{FIRST_ADMIN}!"
        lines.append(f"Administration {base(settings)}/admin/  {sign_in}")
    if settings.sip is not None:
        lines.append(
            f"SIP phone      {_reachable(settings.sip)}"
            f"  user {DEMO_PHONE}, password Sip-{DEMO_PHONE}!"
        )
        if settings.sip.loopback:
            option = f"--sip 0.0.0.0:{settings.sip.port}"
            lines.append(f"               from the local network: start with {option}")
    if opened := exposed(settings):
        lines.append(
            f"warning: demonstration passwords are open to the network on {', '.join(opened)};"
            " change them."
        )
    return lines


def _reachable(at: Address) -> str:
    return f"localhost:{at.port}" if at.everywhere else str(at)
