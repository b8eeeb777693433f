"""Faxes in sound: once a machine answers, both legs speak one G.711 (ITU-T T.38 §8.2's fall-back).

Modems survive neither conversion nor a codec made for voices. Machines or their gateways that know
T.38 propose it themselves, before or after; here is what is left where they do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.calls.offering import Line, spoken_with_us
from pbxcore.sip.sdp.codecs import EVENTS, PCMA, PCMU
from pbxcore.sip.sdp.fax import Fax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.calls.leg import Leg

_LAWS: Final = {each.codec.name: each for each in (PCMU, PCMA)}


def needs_listening(first: Leg, second: Leg) -> bool:
    """Whether a fax between the two would need us: it comes or goes by a trunk, and not in G.711.

    Listening costs as much as relaying, so that the many calls inside are not listened to.
    """
    return bool(first.trunk or second.trunk) and not _plain(first, second)


def lines_for_fax(first: Leg, second: Leg) -> dict[Leg, Line]:
    """What is to be offered, and to which of the two, so that both speak one law."""
    if _plain(first, second):
        return {}
    law = next(
        (_LAWS[each.session.codec] for each in (first, second) if each.session.codec in _LAWS), PCMA
    )
    line = Line("audio", (law, EVENTS), exact=True)
    return {each: line for each in (first, second) if each.session.codec != law.codec.name}


def spoken_to_fax(lines: Sequence[Line | None]) -> tuple[Line, ...]:
    """What a fax machine of ours answers these lines with: G.711, or what there is instead."""
    found = spoken_with_us(lines)
    for each in found:
        plain = tuple(one for one in each.formats if one.codec.name in _LAWS)
        if plain:
            keys = tuple(one for one in each.formats if one.codec.is_event)
            return (msgspec.structs.replace(each, formats=(*plain, *keys), exact=True),)
    return found


def speaks_plainly(leg: Leg) -> bool:
    """Whether a machine of ours understands a leg: by G.711, or by datagrams."""
    return leg.session.codec in _LAWS or leg.session.codec == "T.38"


PLAIN: Final = Line("audio", (PCMA, PCMU, EVENTS), exact=True)
"""What a leg is asked to speak that speaks otherwise."""
PACKETS: Final = Line("image", (), fax=Fax(buffer=1800, datagram=400))
"""What a machine of ours can do by datagrams."""


def _plain(first: Leg, second: Leg) -> bool:
    return first.session.codec == second.session.codec and first.session.codec in _LAWS
