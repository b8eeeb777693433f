"""What an extension wants of its calls, read from its options as the HTTPS API names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from engage.errors import N_
from engage.people.codecs import DTMF_MODES, CodecName, DtmfMode, read
from engage.people.signalling import PRACKS, TEL_URIS, Prack, TelUri
from pbxcore.dialplan.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.config import JsonDict

USUAL_RING_S: Final = 60
FIELDS: Final = ("auto_record", "supervisors")
"""Those that an administrator's form has too, under the same names."""
Recorded = Literal["off", "internal", "external", "all"]
RECORDED: Final[tuple[Recorded, ...]] = ("off", "internal", "external", "all")
RECORDED_WORDS: JsonDict = {
    "off": N_("None"),
    "internal": N_("Internal Calls"),
    "external": N_("External Calls"),
    "all": N_("All Calls"),
}
_SRTP: Final[dict[object, Literal["off", "optional", "required"]]] = {
    "no": "off",
    "support": "optional",
    "yes": "required",
}


@dataclass(frozen=True, slots=True)
class CallRules:
    """The rules of one extension: how long it rings, how its media are keyed, who hears it.

    `sealed_own_pin` opens outbound routes in place of their password. `codecs` are those it is
    kept to, the best first; none: all. `dtmf` is how its phones press keys. With `t38` faxes may
    pass as datagrams; `tel_uri` and `prack` are how requests to its phones are written.
    """

    ring_s: int = USUAL_RING_S
    call_waiting: bool = True
    srtp: Literal["off", "optional", "required"] = "optional"
    longest_s: int = 0
    auto_record: Recorded = "off"
    supervisors: tuple[str, ...] = ()
    skips_pin: Window | None = None
    most_calls: int = 0
    sealed_own_pin: str = ""
    codecs: tuple[CodecName, ...] = ()
    dtmf: DtmfMode = "rfc4733"
    t38: bool = True
    tel_uri: TelUri = "disabled"
    prack: Prack = "supported"

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read them; what is not set there is as usual."""
        ring_s, longest_s = options.get("ring_timeout"), options.get("limitime")
        return cls(
            ring_s if isinstance(ring_s, int) and ring_s else USUAL_RING_S,
            options.get("call_waiting") != "no",
            _SRTP.get(options.get("encryption"), "optional"),
            longest_s if isinstance(longest_s, int) else 0,
            next((each for each in RECORDED if each == options.get("auto_record")), "off"),
            _numbers(options.get("callbarging_monitor")),
            _skips_pin(options),
            options.get("most_calls") or 0,
            options.get("user_outrt_passwd") or "",
            tuple(read(options.get("allow"))),
            next((each for each in DTMF_MODES if each == options.get("dtmfmode")), "rfc4733"),
            options.get("t38_udptl") != "no",
            next((each for each in TEL_URIS if each == options.get("tel_uri")), "disabled"),
            next((each for each in PRACKS if each == options.get("prack")), "supported"),
        )


USUAL: Final = CallRules()


def options_for(fields: Mapping[str, Any], present: CallRules = USUAL) -> dict[str, Any]:
    """What of the options changes with those of `FIELDS` that are given and differ."""
    options: dict[str, Any] = {}
    if fields.get("auto_record", present.auto_record) != present.auto_record:
        options["auto_record"] = fields["auto_record"]
    supervisors = tuple(fields.get("supervisors", present.supervisors))
    if supervisors != present.supervisors:
        options["callbarging_monitor"] = ",".join(supervisors)
    return options


def _numbers(given: object) -> tuple[str, ...]:
    """Numbers with commas between them."""
    return tuple(filter(None, given.split(","))) if isinstance(given, str) else ()


def _skips_pin(options: Mapping[str, Any]) -> Window | None:
    """When outbound routes ask for no PIN."""
    when = options.get("skip_auth_timetype") if options.get("bypass_outrt_auth") == "bytime" else 0
    if options.get("bypass_outrt_auth") not in ("yes", "bytime"):
        return None
    return Window(when if isinstance(when, int) else 0)
