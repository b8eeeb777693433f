"""Faxes in sound: once a machine answers, both legs speak one G.711 (ITU-T T.38 §8.2's fall-back).

Modems survive neither conversion nor a codec made for voices. Machines or their gateways that know
T.38 propose it themselves, before or after; here is what is left where they do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.calls.offering import Line
from pbxcore.sip.sdp.codecs import EVENTS, PCMA, PCMU

if TYPE_CHECKING:
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


def _plain(first: Leg, second: Leg) -> bool:
    return first.session.codec == second.session.codec and first.session.codec in _LAWS
