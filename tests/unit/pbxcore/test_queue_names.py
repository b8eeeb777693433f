"""The name of a queue for phones that show it: GRP261x from firmware 1.0.10.7 on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pbxcore.calls.queueing.names import names_line
from pbxcore.dialplan.call_queue import CallQueue
from pbxcore.queues.settings import QueueSettings
from tests.unit.pbxcore.test_queue_calls import office_with

GRP = "Grandstream GRP2614 1.0.10.7"


def queue(name: str = "testQ") -> CallQueue:
    return CallQueue(settings=QueueSettings(number="6500", name=name))


@pytest.mark.parametrize(
    "user_agent", [GRP, "Grandstream GRP2612W 1.0.10.8", "grandstream grp2616 1.0.11.2"]
)
def test_a_phone_that_shows_queues_is_told_the_name(user_agent: str) -> None:
    assert names_line(queue(), user_agent) == (b"X-Queue-Name: testQ", b"X-Queue-Number: 6500")


@pytest.mark.parametrize(
    "user_agent", ["Grandstream GRP2614 1.0.10.6", "Grandstream GXP2170 1.0.11.64", "baresip", ""]
)
def test_others_are_not(user_agent: str) -> None:
    assert names_line(queue(), user_agent) == ()


def test_what_is_not_ascii_is_escaped_and_nothing_breaks_the_line() -> None:
    name, _ = names_line(queue("Hilfe für\r\nAlle"), GRP)
    assert name == b"X-Queue-Name: Hilfe f%C3%BCr%0D%0AAlle"


def test_it_can_be_switched_off() -> None:
    assert names_line(msgspec.structs.replace(queue(), names_queue=False), GRP) == ()


def test_the_invite_to_an_agent_carries_it_and_to_another_agent_does_not() -> None:
    with office_with("bob", "carol") as office:
        [binding] = office.house.bindings["bob"]
        office.house.bindings["bob"] = (msgspec.structs.replace(binding, user_agent=GRP),)
        alice = office["alice"].dial("help")
        office.run(2)
        told = {name: office[name].talks[0].last for name in ("bob", "carol")}
        assert all(each is not None for each in told.values())
        names = {name: each and each.get(b"x-queue-name") for name, each in told.items()}
        assert names == {"bob": b"testQ", "carol": None}
        alice.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize(
    ("about", "begins"),
    [
        ({"replaces_name": True}, b'"testQ: '),
        ({"name_prefix": "Shop"}, b'"Shop '),
        ({"replaces_name": True, "name_prefix": "Shop"}, b'"Shop testQ: '),
    ],
)
def test_the_queues_name_and_a_prefix_may_stand_before_the_callers(
    about: dict[str, Any], begins: bytes
) -> None:
    with office_with("bob", about=about) as office:
        alice = office["alice"].dial("help")
        office.run(2)
        invite = office["bob"].talks[0].last
        assert invite is not None
        assert begins in (invite.get(b"from") or b"")
        alice.hang_up()
        office.run()
        office.check()
