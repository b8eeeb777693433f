"""Codes of an authenticator app (RFC 6238), without I/O: time is an argument.

The libraries are loaded when they are first used: most starts never need them.
"""

from __future__ import annotations

import hmac

STEP_MS = 30_000  # RFC 6238 §5.2
DIGITS = 6
DRIFT = 1  # steps that a phone's clock may be early or late
ISSUER = "Engage"


def new_secret() -> str:
    """160 random bits in base32, as apps take them (RFC 4226 §4)."""
    import pyotp

    return pyotp.random_base32()


def looks_like_code(text: str) -> bool:
    """Whether this is a code of an app rather than a recovery code."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def matching_step(secret: str, code: str, now_ms: int, after: int) -> int | None:
    """The step whose code this is.

    Args:
        secret: base32.
        code: as it was typed.
        now_ms: the moment, milliseconds UTC.
        after: the last step that was used: neither it nor an earlier one is taken (§5.2).

    Returns:
        The step, to be remembered as used; None when the code is wrong, too old or used.
    """
    import pyotp

    app = pyotp.TOTP(secret, digits=DIGITS)
    present = now_ms // STEP_MS
    given = code.encode()
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if hmac.compare_digest(app.generate_otp(step).encode(), given) and step > after:
            found = step
    return found


def address(secret: str, user_name: str, host: str) -> str:
    """The `otpauth:` address an app reads from the picture."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=f"{user_name}@{host}", issuer_name=ISSUER)


def picture(uri: str) -> str:
    """A QR code as an SVG in a `data:` address: dark on light whatever the page's colours."""
    import segno

    code = segno.make(uri, error="m", micro=False)
    return str(code.svg_data_uri(scale=4, border=4, dark="#000", light="#fff", omitsize=True))
