"""What an extension or a trunk wants of its media: which codecs, and how keys are told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from pbxcore.calls.offering import Line
    from pbxcore.directory import Dtmf, Extension, Trunk
    from pbxcore.sip.sdp.codecs import Format

_REMEMBERED: Final = 256
_BROWSERS: Final = ("ws", "wss")
_SPOKEN_BY_BROWSERS: Final = frozenset(("opus", "pcmu", "pcma", "g722"))
"""What they all speak (RFC 7874 §3), and G.722, which most do."""


@dataclass(frozen=True, slots=True)
class MediaRules:
    """Of one leg.

    `codecs` are names as in `rtpmap` in lower case, the best first; none: all, as whoever is at the
    other end wants them. `dtmf` is how its keys are told, in both directions. With `t38` faxes may
    pass as datagrams.
    """

    codecs: tuple[str, ...] = ()
    dtmf: Dtmf = "rfc4733"
    t38: bool = True

    @property
    def events(self) -> bool:
        """Whether keys may come and go as events in the stream (RFC 4733)."""
        return self.dtmf in ("rfc4733", "auto")

    @property
    def tones(self) -> bool | None:
        """Whether keys are listened for in band; None: where no events were agreed."""
        return {"rfc4733": None, "info": False, "inband": True, "auto": True}[self.dtmf]

    def of_line(self, line: Line | None) -> Line | None:
        """What of a line is within them; None: no codec is."""
        if line is None or line.fax is not None:
            return line
        formats = self.of_formats(line.formats)
        return msgspec.structs.replace(line, formats=formats) if formats else None

    def of_formats(self, formats: tuple[Format, ...]) -> tuple[Format, ...]:
        """What of these is within them, in their order; none where no codec is."""
        return formats if self == ANYTHING else _within(self, formats)


ANYTHING: Final = MediaRules()


def rules_of(owner: Extension | Trunk | None, transport: str) -> MediaRules:
    """Those of whoever is reached by a transport.

    Browsers press keys as events alone (RFC 7874 §3), whatever their owner's phones do; and where
    these speak nothing that a browser does, it is bound to no codec.
    """
    if owner is None:
        return ANYTHING
    if transport not in _BROWSERS:
        return MediaRules(owner.codecs, owner.dtmf, owner.t38)
    return MediaRules(() if _SPOKEN_BY_BROWSERS.isdisjoint(owner.codecs) else owner.codecs)


@lru_cache(maxsize=_REMEMBERED)
def _within(rules: MediaRules, formats: tuple[Format, ...]) -> tuple[Format, ...]:
    spoken = [each for each in formats if not each.codec.is_auxiliary]
    if rules.codecs:
        rank = {name: place for place, name in enumerate(rules.codecs)}
        spoken = [each for each in spoken if each.codec.name.lower() in rank]
        spoken.sort(key=lambda each: rank[each.codec.name.lower()])
    if not spoken:
        return ()
    beside = (each for each in formats if each.codec.is_auxiliary)
    return (*spoken, *(each for each in beside if rules.events or not each.codec.is_event))
