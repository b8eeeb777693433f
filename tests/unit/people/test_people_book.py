"""Who serves a destination, who is in a group, and what may be a password."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from engage.errors import Invalid
from engage.people.book import PeopleBook
from engage.people.model import (
    Account,
    ExtensionEntry,
    Grant,
    Group,
    Privilege,
    QueueAgent,
    QueueEntry,
    WavePrivilege,
    check_password,
    check_user_name,
    csrf_of,
)
from engage.people.seats import LiveChatSeats
from engage.system.actor import NO_RIGHTS, Module


def entry(number: str, name: str, *, enabled: bool = True) -> ExtensionEntry:
    return ExtensionEntry(number, f"a{number}", name, "", "sealed", 1, "internal", enabled)


def account(number: str) -> Account:
    return Account(
        f"a{number}", number, "user", number, f"{number}@x.test", "", "hash",
        demo_password=False, enabled=True, version=1,
    )  # fmt: skip


def at_home(number: str) -> QueueAgent:
    return QueueAgent(number, static=False, logged_in=False)


@pytest.fixture
def book() -> PeopleBook:
    people = [entry("1000", "Zoe"), entry("1001", "ana"), entry("1002", "Ben", enabled=False)]
    return PeopleBook.of(
        1,
        1,
        [account(each.number) for each in people],
        people,
        [Group("g", "Everyone", ("1001", "1000", "1002"))],
        [
            QueueEntry(
                "6500",
                "Support",
                (QueueAgent("1000", paused=True), QueueAgent("1001"), QueueAgent("1002")),
            ),
            QueueEntry("6501", "Sales", (QueueAgent("1000"), at_home("1001"))),
        ],
        wave_privileges=[WavePrivilege("0", "Default", frozenset(Grant))],
    )


def test_contacts_are_the_enabled_by_name(book: PeopleBook) -> None:
    assert [each.number for each in book.contacts()] == ["1001", "1000"]


def test_a_queue_gives_its_enabled_agents_with_their_breaks(book: PeopleBook) -> None:
    seats = book.agents_of("queue", ["6500"])
    assert [(seat.number, seat.paused) for seat in seats] == [("1000", True), ("1001", False)]


def test_an_agent_of_two_queues_has_one_seat_and_is_paused_only_in_both(book: PeopleBook) -> None:
    seats = book.agents_of("queue", ["6500", "6501"])
    assert [(seat.number, seat.paused) for seat in seats] == [("1000", False), ("1001", False)]


def test_a_dynamic_agent_serves_once_logged_in(book: PeopleBook) -> None:
    assert [seat.number for seat in book.agents_of("queue", ["6501"])] == ["1000"]
    book.queues["6501"] = QueueEntry("6501", "Sales", (QueueAgent("1001", static=False),))
    assert [seat.number for seat in book.agents_of("queue", ["6501"])] == ["1001"]


def test_who_may_not_use_live_chat_serves_none(book: PeopleBook) -> None:
    book.wave_privileges["quiet"] = WavePrivilege("quiet", "Quiet", frozenset({Grant.CHAT}))
    book.extensions["1000"] = replace(book.extensions["1000"], wave_privilege_id="quiet")
    seats = LiveChatSeats(SimpleNamespace(book=book))  # type: ignore[arg-type]
    assert [seat.number for seat in seats.agents_of("queue", ["6500"])] == ["1001"]
    assert seats.agents_of("extensions", ["1000"]) == ()


def test_of_a_last_name_alone_no_first_name_is_known(book: PeopleBook) -> None:
    book.extensions["1000"] = replace(book.extensions["1000"], first_name="", last_name="Costa")
    seats = LiveChatSeats(SimpleNamespace(book=book))  # type: ignore[arg-type]
    assert seats.first_name("1000", "Costa") == ""
    assert seats.first_name("1999", "Ben Osei") == "Ben"


def test_a_custom_privilege_opens_its_modules_alone(book: PeopleBook) -> None:
    book.privileges["p"] = Privilege(
        "p", "Desk", {"queues": "edit", "livechat": "view", "x": "edit"}
    )
    custom = replace(account("1000"), role="admin", level="custom", privilege_id="p")
    rights = book.rights(custom)
    assert (rights.level(Module.QUEUES), rights.level(Module.LIVECHAT)) == ("edit", "view")
    assert rights.level(Module.EXTENSIONS) == "none"
    everything = book.rights(replace(custom, level="super"))
    usual = book.rights(replace(custom, level="administrator"))
    assert everything.cover(usual)
    assert not usual.cover(everything)
    assert usual.level(Module.OPERATION_LOG) == "none"
    assert book.rights(replace(custom, level="custom", privilege_id="gone")) == NO_RIGHTS


def test_extensions_serve_as_named(book: PeopleBook) -> None:
    seats = book.agents_of("extensions", ["1001", "1002", "9999"])
    assert [seat.number for seat in seats] == ["1001"]


def test_members_are_named_once_by_number_group_name_or_group_id(book: PeopleBook) -> None:
    for group in ("g", "Everyone"):
        assert [each.number for each in book.members(["1000"], [group])] == ["1000", "1001"]


@pytest.mark.parametrize("password", ["short", "x" * 201, "ana.costa"])
def test_poor_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(password, "ana.costa")
    assert "password" in refused.value.fields


@pytest.mark.parametrize("name", ["", "-x", "a b", "x" * 65, "ä", "a\n", "<b>"])
def test_user_names_that_cannot_be_typed_are_refused(name: str) -> None:
    with pytest.raises(Invalid):
        check_user_name(name)


def test_the_csrf_value_belongs_to_one_token_and_does_not_show_it() -> None:
    assert csrf_of("eu_a") != csrf_of("eu_b")
    assert "eu_a" not in csrf_of("eu_a")
