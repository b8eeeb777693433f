"""An extension's mailbox: whether it has one, what opens it, what is mailed.

The rules lie among the extension's options, under the names that the HTTPS API gives them; the PIN
is sealed there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Attach = Literal["usual", "yes", "no"]
FIELDS: Final = (
    "voicemail",
    "voicemail_pin",
    "voicemail_asks_pin",
    "voicemail_attach",
    "voicemail_reserve",
)


@dataclass(frozen=True, slots=True)
class MailboxRules:
    """The rules of one extension; `sealed_pin` is empty where nobody has set one."""

    enabled: bool = True
    sealed_pin: str = ""
    asks_own: bool = True
    attach: Attach = "usual"
    reserve: Attach = "usual"

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read them; what is not set there is as usual."""
        return cls(
            options.get("hasvoicemail") != "no",
            str(options.get("vmsecret") or ""),
            options.get("skip_vmsecret") != "yes",
            _choice(options.get("vm_attach")),
            _choice(options.get("vm_reserve")),
        )

    @property
    def shown(self) -> dict[str, Any]:
        """The fields of the form; the PIN is never shown."""
        return {
            "voicemail": self.enabled,
            "voicemail_asks_pin": self.asks_own,
            "voicemail_attach": self.attach,
            "voicemail_reserve": self.reserve,
        }


def _choice(value: object) -> Attach:
    return "yes" if value == "yes" else "no" if value == "no" else "usual"


USUAL: Final = MailboxRules()


def options_for(
    fields: Mapping[str, Any], seal: Callable[[str], str], present: MailboxRules = USUAL
) -> dict[str, Any]:
    """What of the options changes with those of `FIELDS` that are given and differ."""
    options: dict[str, Any] = {}
    shown = present.shown
    given = {name: fields[name] for name in FIELDS if name in fields}
    if given.get("voicemail", shown["voicemail"]) != shown["voicemail"]:
        options["hasvoicemail"] = "yes" if given["voicemail"] else "no"
    if given.get("voicemail_asks_pin", shown["voicemail_asks_pin"]) != shown["voicemail_asks_pin"]:
        options["skip_vmsecret"] = "no" if given["voicemail_asks_pin"] else "yes"
    for name, option in ("voicemail_attach", "vm_attach"), ("voicemail_reserve", "vm_reserve"):
        if given.get(name, shown[name]) != shown[name]:
            options[option] = None if given[name] == "usual" else given[name]
    if pin := given.get("voicemail_pin", ""):
        options["vmsecret"] = seal(pin)
    elif "voicemail_pin" in given and present.sealed_pin:
        options["vmsecret"] = None
    return options
