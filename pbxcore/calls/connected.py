"""The connected line: a phone is told whom it talks to, where that is not whom it was told before.

So it is after a transfer, a pick-up or a forward, and where a group or a queue was called. Whoever
is not answered yet hears it by the answer, any other by UPDATE or whatever changes its session next
(RFC 3325 §9.1, RFC 4916 §3). What the far end of a trunk says of itself is passed on likewise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.sip.identity import asserted_party, reached_lines

if TYPE_CHECKING:
    from pbxcore.calls.leg import Leg
    from pbxcore.sip.identity import Caller
    from pbxcore.sip.message import Message


def introduce(leg: Leg, other: Leg) -> None:
    """Let the phone of a leg show who is at the other end now."""
    _show(leg, other.identity, other.number)


def introduce_service(leg: Leg, number: str) -> None:
    """Let the phone of a leg show the number that the PBX itself answers; unnumbered it is none."""
    context = leg.call.context
    if context.directory.own(number) is not None:
        _show(leg, context.party_at(number, leg.flow), number)


def _show(leg: Leg, party: Caller, number: str) -> None:
    if leg.sip is None or is_shown(leg.shows, party):
        return
    leg.shows = party
    lines = _lines(leg, party, number)
    if lines != leg.sip.presents:
        leg.sip.present(lines)


def follow_identity(leg: Leg, message: Message) -> None:
    """Take who is behind a trunk, and tell who talks to it if that is somebody else than before.

    Who is there at first is known better: we dialled him, or have read who he is.
    """
    party = asserted_party(message)
    if party is None:
        return
    before, leg.asserted = leg.asserted, party.uri
    if not before or _user(before) == _user(party.uri):
        return
    leg.identity = party
    partner = leg.call.partner(leg)
    if partner is not None:
        introduce(partner, leg)


def is_shown(shown: Caller | None, party: Caller) -> bool:
    """Whether who sees `shown` need not be told of a party.

    A name beside the same number may be one that was chosen, such as that of a group. Who wants no
    name may have had one until then.
    """
    if shown is None or _user(shown.uri) != _user(party.uri):
        return False
    if shown.private is not party.private:
        return False
    return bool(shown.display_name) or not party.display_name


def _lines(leg: Leg, party: Caller, number: str) -> tuple[bytes, ...]:
    """Header lines for the peer of a leg; whom we do not trust is told nothing."""
    context = leg.call.context
    trunk = context.directory.trunks.get(leg.trunk)
    if trunk is not None:
        return context.trunks.reached(leg, trunk, number, private=party.private)
    extension = context.directory.extension(leg.location)
    if extension is None:
        return ()
    return reached_lines(context.spelled_for(extension, party, leg.flow))


def _user(uri: bytes) -> bytes:
    """The user part of a SIP URI, or the number of a tel URI."""
    return uri.partition(b":")[2].partition(b"@")[0].partition(b";")[0]
