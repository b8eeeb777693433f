"""Changes of a session that meet the peer's (RFC 3261 §14.1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbxcore.sip.dialogs.modification import MOST_TRIES, Modifications, Wish, glare_pause
from pbxcore.sip.message import Response

GLARE = Response(491, b"", b"SIP/2.0", [], b"")


def modifications(chance: float = 0.5, *, ours: bool = True) -> Modifications:
    return Modifications(lambda: chance, ours=ours)


def test_change_waits_until_the_dialog_is_free() -> None:
    machine = modifications()
    machine.want(Wish(b"o"))
    assert machine.take(0.0, free=False) is None
    assert machine.take(0.0, free=True) == Wish(b"o")
    assert machine.take(0.0, free=True) is None


def test_newer_change_replaces_one_that_waits() -> None:
    machine = modifications()
    machine.want(Wish(b"hold"))
    machine.want(Wish(b"resume"))
    assert machine.take(0.0, free=True) == Wish(b"resume")
    machine.settled()
    assert machine.take(0.0, free=True) is None


def test_refresh_gives_way_to_a_change() -> None:
    machine = modifications()
    machine.want(Wish(b"hold"))
    machine.want(Wish(b"", refresh=True))
    assert machine.take(0.0, free=True) == Wish(b"hold")


def test_refresh_follows_what_is_asked_for_already() -> None:
    machine = modifications()
    machine.want(Wish(b"hold"))
    machine.take(0.0, free=True)
    machine.want(Wish(b"", refresh=True))
    machine.settled()
    assert machine.take(0.0, free=True) == Wish(b"", refresh=True)


def test_after_a_glare_it_is_asked_for_again() -> None:
    machine = modifications(0.0)
    machine.want(Wish(b"o"))
    machine.take(10.0, free=True)
    assert machine.refused(GLARE, 10.0)
    assert machine.deadline == 12.1
    assert machine.take(12.0, free=True) is None
    assert machine.take(12.1, free=True) == Wish(b"o")


def test_500_is_asked_again_when_it_says_when() -> None:
    machine = modifications()
    machine.want(Wish(b"o"))
    machine.take(0.0, free=True)
    assert machine.refused(
        Response(500, b"", b"SIP/2.0", [b"Retry-After: 7 (busy);duration=60"], b""), 0.0
    )
    assert machine.deadline == 7.0
    machine.take(7.0, free=True)
    assert not machine.refused(Response(500, b"", b"SIP/2.0", [], b""), 7.0)


def test_other_refusals_and_endless_glares_are_final() -> None:
    machine = modifications(0.0, ours=False)
    machine.want(Wish(b"o"))
    machine.take(0.0, free=True)
    assert not machine.refused(Response(488, b"", b"SIP/2.0", [], b""), 0.0)
    machine.want(Wish(b"o"))
    tries = 0
    while machine.take(0.0, free=True) is not None:
        tries += 1
        machine.refused(GLARE, 0.0)
    assert tries == MOST_TRIES


@given(st.floats(0, 1), st.floats(0, 1))
def test_owner_of_the_call_id_always_waits_longer(one: float, other: float) -> None:
    owner, peer = glare_pause(one, ours=True), glare_pause(other, ours=False)
    assert 2.1 <= owner <= 4.0
    assert 0.0 <= peer <= 2.0
    assert peer < owner
