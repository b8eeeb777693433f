"""Name servers asked, and what they said remembered for as long as they allow."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.errors import PbxError
from pbxcore.sip.flow import split_host_port
from pbxcore.sip.resolution import Kind, Question, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from pbxcore.net.name_servers import NameServers

log = logging.getLogger(__name__)

PATIENCE_S: Final = 5.0
"""How long one question may take."""
LONGEST_LIFE_S: Final = 86_400.0
ABSENT_LIFE_S: Final = 60.0
"""How long at most a name is believed not to exist: whoever adds it wants to see it work."""
FAILURE_LIFE_S: Final = 3.0
"""Name servers that do not answer are not asked by every request that waits for them."""
MOST_REMEMBERED: Final = 4096
_HOSTS: Final = Path("/etc/hosts")


class _Remembered(NamedTuple):
    records: tuple[Record, ...]
    until: float


class Resolver:
    """Looks names up for one event loop; the same question asked twice at once is asked once.

    Args:
        servers: the name servers that hold now, as `address:port`; none: those of the machine.
        hosts: names that only this machine knows, as in `hosts(5)`.
    """

    def __init__(
        self, servers: Callable[[], tuple[str, ...]] = tuple, hosts: Path = _HOSTS
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._servers = servers
        self._hosts = _Hosts(hosts)
        self._asking: dict[Question, asyncio.Task[tuple[Record, ...]]] = {}
        self._known: OrderedDict[Question, _Remembered] = OrderedDict()
        self._asked: NameServers | None = None
        self._asked_by: tuple[str, ...] = ()
        self._waiting: set[asyncio.Task[None]] = set()

    def look_up(
        self,
        questions: tuple[Question, ...],
        then: Callable[[Sequence[Collection[Record]]], None],
    ) -> None:
        """Answer all questions together; at once when all answers are known."""
        known = [self._recall(each) for each in questions]
        if None not in known:
            then([each for each in known if each is not None])
            return
        task = self._loop.create_task(self._gather(questions, then))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def ask(self, question: Question) -> tuple[Record, ...]:
        """The records of one question; none when there are none or nobody answers."""
        known = self._recall(question)
        if known is not None:
            return known
        task = self._asking.get(question)
        if task is None:
            task = self._loop.create_task(self._ask(question))
            self._asking[question] = task
            task.add_done_callback(lambda _: self._asking.pop(question, None))
        return await asyncio.shield(task)

    def close(self) -> None:
        """Ask nothing any more; who waits hears nothing."""
        for each in [*self._waiting, *self._asking.values()]:
            each.cancel()

    async def _gather(
        self,
        questions: tuple[Question, ...],
        then: Callable[[Sequence[Collection[Record]]], None],
    ) -> None:
        answers = await asyncio.gather(*(self.ask(each) for each in questions))
        try:
            then(answers)
        except Exception:
            log.exception("answer of name servers not taken")

    async def _ask(self, question: Question) -> tuple[Record, ...]:
        if own := self._hosts.addresses(question):
            return own
        try:
            asked = await self._name_servers()
            found, life_s = await asked.ask(question, PATIENCE_S)
        except PbxError as failed:
            log.info("no name server answers", extra={"host": question.name, "why": str(failed)})
            return self._remember(question, (), FAILURE_LIFE_S)
        except Exception:
            log.exception("question to name servers failed", extra={"host": question.name})
            return self._remember(question, (), FAILURE_LIFE_S)
        longest_s = LONGEST_LIFE_S if found else ABSENT_LIFE_S
        return self._remember(question, found, min(life_s, longest_s))

    async def _name_servers(self) -> NameServers:
        servers = self._servers()
        if self._asked is None or servers != self._asked_by:
            self._known.clear()
            self._asked_by, self._asked = servers, await asyncio.to_thread(_loaded, servers)
        return self._asked

    def _recall(self, question: Question) -> tuple[Record, ...] | None:
        known = self._known.get(question)
        if known is None or known.until < self._loop.time():
            return None
        self._known.move_to_end(question)
        return known.records

    def _remember(
        self, question: Question, records: tuple[Record, ...], life_s: float
    ) -> tuple[Record, ...]:
        self._known[question] = _Remembered(records, self._loop.time() + life_s)
        self._known.move_to_end(question)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return records


class _Hosts:
    """The names that a file like `/etc/hosts` gives to addresses; read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = 0
        self._addresses: dict[str, list[str]] = {}

    def addresses(self, question: Question) -> tuple[str, ...]:
        """Those of the family that is asked for."""
        changed_at = _changed_at(self._path)
        if changed_at != self._read_at:
            self._read_at = changed_at
            self._addresses = self._read()
        found = self._addresses.get(question.name.lower(), ())
        if question.kind not in (Kind.A, Kind.AAAA):
            return ()
        return tuple(each for each in found if (":" in each) is (question.kind is Kind.AAAA))

    def _read(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with contextlib.suppress(
            OSError, UnicodeError
        ):  # there need be none; then servers are asked
            for line in self._path.read_text(encoding="utf-8").splitlines():
                address, *names = line.partition("#")[0].split() or [""]
                for name in names:
                    found.setdefault(name.lower(), []).append(address)
        return found


def _loaded(servers: tuple[str, ...]) -> NameServers:
    """In a thread of its own: reading the library takes longer than the loop may wait."""
    from pbxcore.net.name_servers import NameServers

    return NameServers(split_host_port(each) for each in servers)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
