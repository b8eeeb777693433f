"""What must hold of every moment of a storm, looked at again and again."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tests.support.storm.hall import FIRST, LIVE_CHAT, PHONES, RETRIES_S, SECOND

if TYPE_CHECKING:
    from tests.support.program import Program

EVERY_S: Final = 0.5
PATIENCE_S: Final = max(RETRIES_S) + 2.0
"""So long somebody may wait while an agent is free: who was missed rings again after a pause."""
PATIENCE_LOOKS: Final = 4
Board = dict[str, Any]


class Watch:
    """Looks at the boards and at the calls that are up."""

    def __init__(self, admin: Program) -> None:
        self.admin, self.looks, self.longest = admin, 0, 0
        self.wrong: list[str] = []
        self._idle: dict[str, list[float]] = {FIRST: [], SECOND: []}

    def boards(self, *numbers: str) -> list[Board]:
        """Of these queues, of the two whom callers come to by default."""
        found = self.admin.get("/v1/queue-board").json()["items"]
        return [dict(each) for each in found if each["number"] in (numbers or (FIRST, SECOND))]

    def chats(self) -> Counter[str]:
        """How many each agent of the live chat has, as the queues know."""
        [board] = self.boards(LIVE_CHAT)
        return +Counter({seat["agent"]: int(seat["chats"]) for seat in board["agents"]})

    def records(self) -> list[dict[str, Any]]:
        """Every chat, as its record tells."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.admin.get(f"/v1/livechat-records?limit=100{cursor}").json()
            found += page["items"]
            if not page["cursor"]:
                return found
            cursor = f"&cursor={page['cursor']}"

    def log_of(self, conversation: str) -> list[dict[str, Any]]:
        """What happened in a chat, as its record tells."""
        found = self.admin.get(f"/v1/livechat-records/{conversation}/events").json()
        return [dict(each) for each in found["events"]]

    def nobody_is_left(self) -> bool:
        """Nobody waits, nobody talks, nobody rings."""
        return not any(
            board["waiting"]
            or board["talking"]
            or any(seat["state"] in ("ringing", "on_call") for seat in board["agents"])
            for board in self.boards()
        )

    def look(self) -> None:
        """Once."""
        boards = self.boards()
        self.looks += 1
        self._look_at_agents(boards)
        for board in boards:
            self.longest = max(self.longest, len(board["waiting"]))
            places = [each["position"] for each in board["waiting"]]
            self._expect(places == sorted(places), "places out of order", board)
            self._look_for_waiting_in_vain(board)
        self._look_at_calls()

    async def keep(self, until: float) -> None:
        """Until a moment of the loop's clock."""
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            await asyncio.to_thread(self.look)
            await asyncio.sleep(EVERY_S)

    def _look_at_agents(self, boards: list[Board]) -> None:
        talking = [each for board in boards for each in board["talking"]]
        waiting = [each for board in boards for each in board["waiting"]]
        talks = Counter(each["agent"] for each in talking)
        rung = Counter(who for each in waiting for who in each["ringing"])
        self._expect_once(talks, "an agent in two talks", boards)
        self._expect_once(rung, "an agent rung twice", boards)
        self._expect(not rung.keys() & talks.keys(), "rung while talking", boards)
        keys = Counter(each["key"] for each in (*waiting, *talking))
        self._expect_once(keys, "a caller twice", boards)

    def _look_for_waiting_in_vain(self, board: Board) -> None:
        free = [each for each in board["agents"] if each["state"] == "available"]
        unserved = [
            each for each in board["waiting"] if not each["ringing"] and not each["callback"]
        ]
        since = self._idle[board["number"]]
        if not (free and unserved):
            since.clear()
            return
        since.append(time.monotonic())
        if len(since) > PATIENCE_LOOKS and since[-1] - since[0] > PATIENCE_S:
            self._expect(False, "waits while somebody is free", board)

    def _look_at_calls(self) -> None:
        """A phone that answers by itself would talk to two at once."""
        live = self.admin.get("/v1/calls/live").json()["items"]
        talks = Counter(
            leg["party"]
            for call in live
            for leg in call["legs"]
            if leg["role"] == "called" and leg["state"] in ("up", "held")
        )
        self._expect_once(
            Counter({each: talks[each] for each in PHONES if each in talks}),
            "an agent's phone in two calls",
            live,
        )

    def _expect_once(self, counted: Counter[str], what: str, seen: object) -> None:
        self._expect(all(count == 1 for count in counted.values()), what, seen)

    def _expect(self, holds: bool, what: str, seen: object) -> None:
        if not holds:
            self.wrong.append(f"{what}: {seen}")
