"""Tickets between two steps: one purpose, one network, one session, a few minutes."""

from __future__ import annotations

import pytest

from engage.keyring import Keyring
from engage.people.sign_in.model import Purpose, TicketOver
from engage.people.sign_in.tickets import Tickets

HERE, THERE = "192.0.2.1", "192.0.2.2"


class Clock:
    now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


def test_a_ticket_gives_back_what_was_put_in() -> None:
    tickets = Tickets(Keyring(b"k" * 32), Clock())
    text = tickets.issue(
        Purpose.SECOND_STEP, HERE, account_id="account-of-ana", challenge=b"\x01\xff"
    )
    opened = tickets.open(text, HERE, Purpose.PASSKEY_SIGN_IN, Purpose.SECOND_STEP)
    assert (opened.account_id, opened.challenge) == ("account-of-ana", "01ff")
    assert "account-of-ana" not in text


def test_a_ticket_is_worth_nothing_for_anything_else() -> None:
    clock = Clock()
    tickets = Tickets(Keyring(b"k" * 32), clock)
    text = tickets.issue(Purpose.NEW_APP, HERE, session_id="s1", secret="S" * 32)
    for taken, address, purpose, session in (
        (text, HERE, Purpose.SECOND_STEP, "s1"),
        (text, THERE, Purpose.NEW_APP, "s1"),
        (text, HERE, Purpose.NEW_APP, "s2"),
        (text, HERE, Purpose.NEW_APP, ""),
        (text[:-2], HERE, Purpose.NEW_APP, "s1"),
        ("", HERE, Purpose.NEW_APP, "s1"),
        (Keyring(b"x" * 32).seal("{}"), HERE, Purpose.NEW_APP, "s1"),
        (Keyring(b"k" * 32).seal("no json"), HERE, Purpose.NEW_APP, "s1"),
    ):
        with pytest.raises(TicketOver):
            tickets.open(taken, address, purpose, session_id=session)
    assert tickets.open(text, HERE, Purpose.NEW_APP, session_id="s1").secret == "S" * 32
    clock.now += 900_000
    with pytest.raises(TicketOver):
        tickets.open(text, HERE, Purpose.NEW_APP, session_id="s1")


def test_an_ipv6_subscriber_may_change_the_address_within_the_network() -> None:
    tickets = Tickets(Keyring(b"k" * 32), Clock())
    text = tickets.issue(Purpose.SECOND_STEP, "2001:db8::1")
    assert tickets.open(text, "2001:db8::ffff", Purpose.SECOND_STEP)
