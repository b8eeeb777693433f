"""What programs are told of what they listen to: news, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engage.api.call_topics import differences
from engage.api.topics import Topic, changed_figures
from engage.api.trunk_values import status_of
from engage.api.watching import Watching
from engage.events import Events
from engage.system.usage import Usage
from engage.telephony.trunk_forms import TrunkForm
from engage.telephony.trunk_model import TrunkEntry


@dataclass(frozen=True)
class Moved:
    """Something may be different."""


class House:
    """One topic, and what was told of it."""

    def __init__(self, **fields: Any) -> None:
        self.rows: dict[Any, dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []
        self.events = Events()
        topic = Topic("Event", lambda: dict(self.rows), (Moved,), **fields)
        self.watching = Watching(self.events, [topic])

    def hear(self, _topic: Topic, rows: list[dict[str, Any]]) -> None:
        self.told += rows


def test_only_news_is_told_and_only_while_somebody_listens() -> None:
    house = House()
    house.rows = {1: {"n": 1}}
    house.events.publish(Moved())
    leave = house.watching.listen(house.hear)
    house.events.publish(Moved())
    assert house.told == []
    house.rows = {1: {"n": 1}, 2: {"n": 2}}
    house.events.publish(Moved())
    house.events.publish(Moved())
    assert house.told == [{"n": 2}]
    leave()
    house.rows = {1: {"n": 3}}
    house.events.publish(Moved())
    assert house.told == [{"n": 2}]


async def test_whoever_begins_to_listen_is_told_how_it_stands_now() -> None:
    house = House()

    async def refresh() -> None:
        house.rows = {1: {"n": 7}}

    house.watching = Watching(Events(), [Topic("Event", lambda: house.rows, refresh=refresh)])
    house.watching.listen(house.hear)
    present = await house.watching.present("Event")
    assert present is not None
    assert present[1] == [{"n": 7}]
    assert await house.watching.present("ZCFoundStatus") is None


def test_of_figures_the_changed_ones_are_told() -> None:
    house = House(news=changed_figures)
    house.rows = {None: {"calls_num": 0, "fail2ban": 0}}
    house.watching.listen(house.hear)
    house.rows = {None: {"calls_num": 1, "fail2ban": 0}}
    house.events.publish(Moved())
    assert house.told == [{"calls_num": 1}]


def test_a_channel_that_is_gone_is_told_before_what_it_became() -> None:
    alone = {("a",): {"chantype": "unbridge", "channel": "a", "state": "Up"}}
    pair = {("a", "b"): {"chantype": "bridge", "channel1": "a", "channel2": "b", "name1": "A"}}
    assert differences(alone, pair) == [
        {"chantype": "unbridge", "action": "delete", "channel": "a"},
        {"chantype": "bridge", "action": "add", "channel1": "a", "channel2": "b", "name1": "A"},
    ]


def trunk(**fields: Any) -> TrunkEntry:
    return TrunkEntry("t", TrunkForm(name="City", host="sip.example", **fields), "", 1, 0)


def test_trunks_stand_in_the_words_of_the_protocol() -> None:
    register, peer = trunk(kind="register"), trunk(kind="peer")
    assert status_of(register, "registered") == "Registered"
    assert status_of(register, "trying") == "Request Sent"
    assert status_of(register, "off") == "Unregistered"
    assert status_of(peer, "off") == "Unmonitored"
    assert status_of(peer, "reachable") == "Reachable"
    assert status_of(peer, "") == "Unknown"
    assert status_of(trunk(kind="register", disabled=True), "") == "Unregistered"


def test_usage_is_of_the_time_since_it_was_asked_for_last() -> None:
    files = {
        "meminfo": "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 750 kB\n",
        "stat": "cpu  0 0 0 100 0 0 0 0 9\ncpu0 0 0 0 100 0 0 0 0 9\nctxt 5\n",
    }
    usage = Usage(files.__getitem__)
    usage.figures()
    files["stat"] = "cpu  20 0 5 170 5 0 0 0 9\ncpu0 0 0 0 100 0 0 0 0 9\nctxt 9\n"
    figures = {"cpu": 25.0, "cpu0": 0.0}
    memory = {"memory": 25.0, "memory_total": 1000, "memory_used": 250}
    assert usage.figures() == figures | memory


def test_without_proc_nothing_is_told_of_the_machine() -> None:
    def missing(name: str) -> str:
        raise FileNotFoundError(name)

    assert Usage(missing).figures() == {}
