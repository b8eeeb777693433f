"""Whose media a stream takes, by virtual time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pbxcore.media.latching import FORMER_S, SILENCE_S, Latch

PHONE, NAT, EVE = ("192.168.1.5", 4000), ("198.51.100.7", 61000), ("203.0.113.66", 5)


def expecting(signalled: tuple[str, int] | None, *, follows: bool = True) -> Latch:
    latch = Latch()
    latch.expect(signalled, follows, 0.0)
    return latch


def speaks(latch: Latch, source: tuple[str, int], now: float, packets: int = 2) -> bool:
    return [latch.admit(source, 1, number, now) for number in range(packets)][-1]


def test_media_go_where_the_description_says_until_somebody_is_heard() -> None:
    latch = expecting(PHONE)
    assert latch.destination == PHONE
    assert not latch.admit(NAT, 1, 1, 0.1)
    assert latch.destination == PHONE
    assert latch.admit(NAT, 1, 2, 0.12)
    assert latch.destination == NAT


def test_packets_out_of_sequence_prove_nothing() -> None:
    latch = expecting(PHONE)
    assert not any(latch.admit(EVE, 1, number, 0.1) for number in (1, 9, 3, 4000))
    assert not any(latch.admit(EVE, number, number, 0.1) for number in range(9))
    assert latch.source is None


def test_the_described_address_is_believed_at_its_first_packet() -> None:
    latch = expecting(PHONE)
    assert latch.admit(PHONE, 1, 1, 0.1)
    assert not speaks(latch, EVE, 0.2)


def test_without_symmetry_media_go_where_the_description_says() -> None:
    latch = expecting(PHONE, follows=False)
    assert speaks(latch, NAT, 0.1)
    assert latch.destination == PHONE


def test_a_source_of_another_family_is_heard_and_not_sent_to() -> None:
    latch = expecting(PHONE)
    assert speaks(latch, ("2001:db8::1", 9), 0.1)
    assert latch.destination == PHONE


def test_another_source_takes_over_after_a_silence_only() -> None:
    latch = expecting(PHONE)
    assert speaks(latch, NAT, 1.0)
    assert not speaks(latch, EVE, 1.0 + SILENCE_S - 0.1)
    assert speaks(latch, EVE, 1.0 + SILENCE_S)


def test_after_a_new_description_the_former_source_speaks_on_but_is_not_kept_at_once() -> None:
    latch = expecting(PHONE)
    assert speaks(latch, NAT, 1.0)
    latch.expect(("192.168.1.9", 4000), True, 2.0)
    assert speaks(latch, NAT, 2.1, packets=5)
    assert latch.source is None
    assert speaks(latch, EVE, 2.2)  # whoever is meant, behind another address
    assert not speaks(latch, NAT, 2.3)


def test_the_former_source_is_kept_again_when_nobody_else_comes() -> None:
    latch = expecting(PHONE)
    assert speaks(latch, NAT, 1.0)
    latch.expect(("192.168.1.5", 4002), True, 2.0)
    assert speaks(latch, NAT, 2.0 + FORMER_S)
    assert latch.destination == NAT


def test_the_same_description_again_changes_nothing() -> None:
    latch = expecting(PHONE)
    assert speaks(latch, NAT, 1.0)
    latch.expect(PHONE, True, 2.0)
    assert latch.source == NAT


sources = st.sampled_from([PHONE, NAT, EVE])


@given(st.lists(st.tuples(sources, st.integers(0, 3), st.floats(0, 0.5)), max_size=60))
def test_whoever_is_kept_is_kept_while_it_speaks(
    packets: list[tuple[tuple[str, int], int, float]],
) -> None:
    latch, now, heard_at = expecting(PHONE), 0.0, 0.0
    for source, sequence, passed in packets:
        now += passed
        kept = latch.source
        admitted = latch.admit(source, 1, sequence, now)
        if kept is not None and latch.source != kept:
            assert latch.source == PHONE or now - heard_at >= SILENCE_S
        assert admitted == (latch.source == source)
        if admitted:
            heard_at = now
