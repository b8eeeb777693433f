"""How requests are written to phones and providers, as administrators and programs say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from engage.errors import N_

if TYPE_CHECKING:
    from pydantic.config import JsonDict

TelUri = Literal["disabled", "user_phone", "enabled"]
TEL_URIS: Final[tuple[TelUri, ...]] = get_args(TelUri)
TEL_URI_WORDS: JsonDict = {
    "disabled": N_("SIP URIs"),
    "user_phone": N_("SIP URIs with user=phone"),
    "enabled": N_("TEL URIs"),
}
Prack = Literal["off", "supported", "required"]
PRACKS: Final[tuple[Prack, ...]] = get_args(Prack)
PRACK_WORDS: JsonDict = {
    "off": N_("Off"),
    "supported": N_("Where the other end can"),
    "required": N_("Always"),
}
PRACK_HINT: Final = N_(
    "Whether ringing and early media are acknowledged (RFC 3262). Where it is required, calls of"
    " those who cannot are refused with 421."
)
T38_HINT: Final = N_(
    "Faxes may pass as datagrams where the other end wants it. Without it, they go in sound."
)
