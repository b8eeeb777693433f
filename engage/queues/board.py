"""Who is shown what of the queues as they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engage.errors import N_, Forbidden
from engage.identifiers import rfc3339
from engage.people.queues import AlwaysOnDuty
from engage.queues.wire import board_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from engage.queues.live import LiveQueues
    from pbxcore.queues.commands import QueueView


class NotYours(Forbidden):
    """An agent may come and go in the own queues alone."""

    code = "not_agent"
    text = N_("You are no agent of this queue.")


class QueueBook(Protocol):
    """What is arranged about queues."""

    def name(self, number: str) -> str:
        """What a queue is called."""
        ...

    def numbers(self) -> Sequence[str]:
        """Every queue."""
        ...

    def service_level_s(self, number: str) -> int:
        """Within how many seconds callers shall be answered."""
        ...

    def static_login(self, number: str) -> bool:
        """Whether static agents of a queue may log in and out too."""
        ...

    def served_by(self, agent: str) -> Mapping[str, bool]:
        """The queues of an agent, and whether he may log in and out there."""
        ...

    def chaired_by(self, extension: str) -> Collection[str]:
        """The queues whose chairman an extension is."""
        ...


class Boards:
    """The live view, as administrators, chairmen and agents see it.

    Args:
        live: asks the PBX.
        book: what is arranged.
        name_of: what an extension's person is called.
        reasons: what breaks may be taken for.
    """

    def __init__(
        self,
        live: LiveQueues,
        book: QueueBook,
        name_of: Callable[[str], str | None],
        reasons: Callable[[], Sequence[str]],
    ) -> None:
        self.live, self._book, self._name_of, self.reasons = live, book, name_of, reasons

    def all(self) -> set[str]:
        """The numbers of all queues."""
        return set(self._book.numbers())

    async def shown(self, numbers: Collection[str]) -> dict[str, Any]:
        """These queues, everything of them."""
        found = await self.live.shown()
        items = [self._json(each, found.at_ms) for each in found.queues if each.number in numbers]
        return {"at": rfc3339(found.at_ms), "items": items}

    async def shown_to(self, extension: str) -> dict[str, Any]:
        """Queues one serves, with the own calls and figures; those one chairs as they are."""
        chaired = self._book.chaired_by(extension)
        shown = await self.shown({*self._book.served_by(extension), *chaired})
        for board in shown["items"]:
            board["chaired"] = board["number"] in chaired
            if not board["chaired"]:
                board["talking"] = [each for each in board["talking"] if each["agent"] == extension]
                board["agents"] = [each for each in board["agents"] if each["agent"] == extension]
        return shown

    def chaired_by(self, extension: str) -> Collection[str]:
        """The queues whose chairman an extension is."""
        return self._book.chaired_by(extension)

    def served_by(self, extension: str) -> Collection[str]:
        """The queues that an extension is an agent of."""
        return self._book.served_by(extension).keys()

    def check(self, agent: str, change: str, queues: Sequence[str]) -> None:
        """Whether an agent may do so about these queues.

        Raises:
            NotYours: he may not.
        """
        served = self._book.served_by(agent)
        if not served or not served.keys() >= {*queues} or change == "free":
            raise NotYours
        if change in ("log_in", "log_out") and not queues:
            raise NotYours
        if change == "log_out" and not all(served[each] for each in queues):
            raise NotYours

    def check_chairman(
        self, extension: str, agent: str, change: str, queues: Sequence[str]
    ) -> tuple[str, ...]:
        """The queues that an extension means that does so about an agent, if it may.

        These; to free an agent, none named: all that it chairs and the agent serves.

        Raises:
            NotYours: it is not the chairman of each, the agent does not serve each, or none is
                named; a wrap-up is none of a queue's: the agent is to serve one that it chairs.
            AlwaysOnDuty: the agent may not log out.
        """
        shared = set(self._book.chaired_by(extension)) & self._book.served_by(agent).keys()
        of_queues = change not in ("ready", "extend", "free")
        if not shared or not shared >= {*queues} or (of_queues and not queues):
            raise NotYours
        self.check_agent(agent, change, queues)
        return tuple(queues or sorted(shared)) if change == "free" else tuple(queues)

    def check_agent(self, agent: str, change: str, queues: Sequence[str]) -> None:
        """Whether an agent can be told so by others: of these queues, none named: of all.

        Raises:
            AlwaysOnDuty: the agent may not log out of one.
        """
        served = self._book.served_by(agent)
        wanted = queues or [*served]
        if change == "log_out" and not all(served.get(each, True) for each in wanted):
            raise AlwaysOnDuty

    def _json(self, view: QueueView, at_ms: int) -> dict[str, Any]:
        number = view.number
        shown = board_json(view, at_ms, self._book.name(number), self._name_of)
        shown["service_level_s"] = self._book.service_level_s(number)
        static_login = self._book.static_login(number)
        for seat in shown["agents"]:
            seat["may_log_in"] = static_login or not seat["static"]
        return shown
