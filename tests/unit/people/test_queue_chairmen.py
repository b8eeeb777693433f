"""Whose duty a chairman may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from engage.people.queues import AlwaysOnDuty
from engage.queues.board import Boards, NotYours

if TYPE_CHECKING:
    from engage.queues.live import LiveQueues


class Book:
    """1000 chairs 6500 and 6501; 2000 serves the first, 3000 another, 2001 the first always.

    2002 serves all.
    """

    def name(self, number: str) -> str:
        return number

    def numbers(self) -> list[str]:
        return ["6500", "6501", "6502"]

    def service_level_s(self, number: str) -> int:
        return 60

    def static_login(self, number: str) -> bool:
        return False

    def served_by(self, agent: str) -> dict[str, bool]:
        served = {"2000": {"6500": True}, "2001": {"6500": False}, "3000": {"6502": True}}
        served["2002"] = dict.fromkeys(self.numbers(), True)
        return served.get(agent, {})

    def chaired_by(self, extension: str) -> set[str]:
        return {"6500", "6501"} if extension == "1000" else set()


BOARDS = Boards(cast("LiveQueues", None), Book(), lambda number: number, list)


@pytest.mark.parametrize(
    ("change", "queues"),
    [("take_break", ["6500"]), ("log_out", ["6500"]), ("ready", []), ("free", [])],
)
def test_a_chairman_decides_about_his_agents(change: str, queues: list[str]) -> None:
    BOARDS.check_chairman("1000", "2000", change, queues)


@pytest.mark.parametrize(
    ("extension", "agent", "change", "queues"),
    [
        ("1000", "2000", "take_break", []),
        ("1000", "2000", "take_break", ["6501"]),
        ("1000", "3000", "take_break", ["6500"]),
        ("1000", "3000", "take_break", ["6502"]),
        ("1000", "3000", "ready", []),
        ("1000", "3000", "extend", ["6500"]),
        ("1000", "4000", "ready", []),
        ("1000", "3000", "free", []),
        ("2000", "2000", "free", []),
        ("2000", "2000", "take_break", ["6500"]),
    ],
)
def test_and_about_nobody_else(extension: str, agent: str, change: str, queues: list[str]) -> None:
    with pytest.raises(NotYours):
        BOARDS.check_chairman(extension, agent, change, queues)


def test_who_frees_an_agent_means_queues_of_his_own_alone() -> None:
    assert BOARDS.check_chairman("1000", "2002", "free", []) == ("6500", "6501")
    assert BOARDS.check_chairman("1000", "2002", "free", ["6501"]) == ("6501",)
    with pytest.raises(NotYours):
        BOARDS.check_chairman("1000", "2002", "free", ["6502"])


def test_who_always_serves_a_queue_is_logged_out_by_nobody() -> None:
    with pytest.raises(AlwaysOnDuty):
        BOARDS.check_chairman("1000", "2001", "log_out", ["6500"])
    for queues in (["6500"], []):
        with pytest.raises(AlwaysOnDuty):
            BOARDS.check_agent("2001", "log_out", queues)
    BOARDS.check_agent("2000", "log_out", [])
    BOARDS.check_chairman("1000", "2001", "log_in", ["6500"])
    BOARDS.check_chairman("1000", "2001", "take_break", ["6500"])


def test_agents_change_their_own_duty_but_free_nobody_not_even_themselves() -> None:
    for change, queues in ("take_break", ["6500"]), ("ready", []), ("log_out", ["6500"]):
        BOARDS.check("2000", change, queues)
    refused: list[tuple[str, list[str]]] = [("free", []), ("free", ["6500"])]
    for change, queues in *refused, ("log_out", []), ("take_break", ["6501"]):
        with pytest.raises(NotYours):
            BOARDS.check("2000", change, queues)
    with pytest.raises(NotYours):
        BOARDS.check("2001", "log_out", ["6500"])
    with pytest.raises(NotYours):
        BOARDS.check("4000", "ready", [])
