"""The tones of the telephone network, by country (ITU-T E.180 and its supplement 2).

A plan is data for `commands.Tone`; `Oscillator` makes it sound. This module loads without numpy,
for signalling names tones but never hears them.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from pbxcore.media.commands import Tone

Cadence = tuple[tuple[float, ...], float]
Meaning = Literal["dial", "ring_back", "busy", "congestion", "call_waiting", "special"]


class Plan(msgspec.Struct, frozen=True):
    """What callers of one country know their network to say.

    `special` is the special information tone: this call cannot be completed.
    """

    dial: Tone
    ring_back: Tone
    busy: Tone
    congestion: Tone
    call_waiting: Tone
    special: Tone

    def tone(self, meaning: Meaning) -> Tone:
        """The tone that says so; one round of it, to be repeated until it is stopped."""
        found: Tone = getattr(self, meaning)
        return found


_ROWS: Final = (697.0, 770.0, 852.0, 941.0)
_COLUMNS: Final = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS: Final = {
    key: (row, column)
    for row, keys in zip(_ROWS, ("123A", "456B", "789C", "*0#D"), strict=True)
    for column, key in zip(_COLUMNS, keys, strict=True)
}
"""A key and its two frequencies (ITU-T Q.23)."""

CNG_HZ: Final = 1100.0
"""A calling fax machine: half a second, then three of silence (ITU-T T.30 §4.3.3)."""
CED_HZ: Final = 2100.0
"""An answering one: once, for about three seconds (T.30 §4.3.1)."""
V21_MARK_HZ: Final = 1650.0
V21_SPACE_HZ: Final = 1850.0
"""Binary 1 and 0 of the side that answers, at 300 bit/s (ITU-T V.21, channel 2)."""

_SPECIAL: Final = "950/330 1400/330 1800/330 0/1000"
"""The same everywhere (E.180 §6)."""


def tone(written: str) -> Tone:
    """Read `350+440/1000 0/4000`: frequencies in Hz, then the milliseconds they last; 0 is a pause.

    Raises:
        ValueError: it is not written so.
    """
    cadences: list[Cadence] = []
    for part in written.split():
        frequencies, _, length = part.partition("/")
        heard = tuple(float(each) for each in frequencies.split("+") if float(each))
        cadences.append((heard, int(length) / 1000))
    return Tone(tuple(cadences))


def _plan(
    dial: str, ring_back: str, busy: str, congestion: str, waiting: str, special: str = _SPECIAL
) -> Plan:
    return Plan(*(tone(each) for each in (dial, ring_back, busy, congestion, waiting, special)))


_EUROPE: Final = _plan(
    "425/1000", "425/1000 0/4000", "425/500 0/500", "425/250 0/250", "425/200 0/200 425/200 0/5000"
)

PLANS: Final = {
    "at": _plan("420/1000", "420/1000 0/5000", "420/400 0/400", "420/200 0/200", "420/40 0/1950"),
    "au": _plan(
        "413+438/1000",
        "413+438/400 0/200 413+438/400 0/2000",
        "425/375 0/375",
        "425/375 0/375",
        "425/200 0/200 425/200 0/4400",
        "425/2500 0/500",
    ),
    "br": _plan("425/1000", "425/1000 0/4000", "425/250 0/250", "425/250 0/250", "425/50 0/1000"),
    "ch": _plan(
        "425/1000",
        "425/1000 0/4000",
        "425/500 0/500",
        "425/200 0/200",
        "425/200 0/200 425/200 0/4000",
    ),
    "cn": _plan("450/1000", "450/1000 0/4000", "450/350 0/350", "450/700 0/700", "450/400 0/4000"),
    "de": _plan(
        "425/1000",
        "425/1000 0/4000",
        "425/480 0/480",
        "425/240 0/240",
        "425/200 0/200 425/200 0/5000",
    ),
    "es": _plan(
        "425/1000",
        "425/1500 0/3000",
        "425/200 0/200",
        "425/200 0/200 425/200 0/200 425/200 0/600",
        "425/175 0/175 425/175 0/3500",
    ),
    "fr": _plan("440/1000", "440/1500 0/3500", "440/500 0/500", "440/250 0/250", "440/300 0/10000"),
    "gb": _plan(
        "350+440/1000",
        "400+450/400 0/200 400+450/400 0/2000",
        "400/375 0/375",
        "400/400 0/350 400/225 0/525",
        "400/100 0/4000",
    ),
    "in": _plan(
        "400/1000",
        "400/400 0/200 400/400 0/2000",
        "400/750 0/750",
        "400/250 0/250",
        "400/200 0/100 400/200 0/7500",
    ),
    "it": _plan(
        "425/200 0/200 425/600 0/1000",
        "425/1000 0/4000",
        "425/500 0/500",
        "425/200 0/200",
        "425/400 0/100 425/250 0/100 425/150 0/5000",
    ),
    "jp": _plan(
        "400/1000",
        "384+416/1000 0/2000",
        "400/500 0/500",
        "400/500 0/500",
        "400/500 0/8000",
    ),
    "nl": _EUROPE,
    "pl": _plan(
        "425/1000",
        "425/1000 0/4000",
        "425/500 0/500",
        "425/500 0/500",
        "425/150 0/150 425/150 0/4000",
    ),
    "pt": _plan(
        "425/1000",
        "425/1000 0/5000",
        "425/500 0/500",
        "425/200 0/200",
        "425/200 0/200 425/200 0/5000",
    ),
    "ru": _plan("425/1000", "425/800 0/3200", "425/350 0/350", "425/175 0/175", "425/200 0/5000"),
    "sa": _plan(
        "425/1000",
        "425/1200 0/4600",
        "425/500 0/500",
        "425/500 0/500",
        "425/150 0/200 425/150 0/10000",
    ),
    "se": _plan(
        "425/1000",
        "425/1000 0/5000",
        "425/250 0/250",
        "425/250 0/750",
        "425/200 0/500 425/200 0/5000",
    ),
    "us": _plan(
        "350+440/1000",
        "440+480/2000 0/4000",
        "480+620/500 0/500",
        "480+620/250 0/250",
        "440/300 0/10000",
    ),
}
"""By ISO 3166 codes; `us` also holds for Canada."""


def plan_for(country: str) -> Plan:
    """The plan of a country, by its ISO 3166 code; where none is known, what E.180 recommends."""
    return PLANS.get(country.lower(), _EUROPE)
