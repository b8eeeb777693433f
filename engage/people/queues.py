"""Call queues: what administrators arrange, and what agents do about their own duty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from engage.errors import N_, Conflict, Forbidden, Invalid, NotFound
from engage.people.directory_repository import DirectoryRepository
from engage.people.extension_checks import options_problem
from engage.people.groups import check_extensions
from engage.people.ledger import Repeated
from engage.people.queue_bodies import QueueChange
from engage.people.queue_clearing import Clearing
from engage.people.queue_entries import agent_of, changed_queue, new_queue
from engage.people.queue_groups import GROUPS, forget_who_left, groups_of, with_state
from engage.people.queue_options import shown
from engage.people.queue_plan import agent_profile, call_queue
from engage.system.actor import Module
from engage.system.editing import InUse
from engage.system.operation_log import check_version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.ledger import Ledger
    from engage.people.model import QueueAgent, QueueEntry, Reference, References, Secrets
    from engage.people.numbering import NumberBook
    from engage.people.numbers import NumberRanges
    from engage.people.queue_bodies import NewQueue
    from engage.people.queue_forms import QueueRules
    from engage.system.actor import Actor
    from pbxcore.dialplan.call_queue import CallQueue
    from pbxcore.queues.commands import DutyChange
    from pbxcore.queues.settings import AgentProfile


class Duty(Protocol):
    """Whoever brings callers and agents together."""

    async def change_duty(
        self, agent: str, change: DutyChange, queues: tuple[str, ...] = (), reason: str = ""
    ) -> None:
        """Let an agent come or go, or take a break.

        Raises:
            NotFound: no such agent of these queues.
            Unavailable: it is away.
        """
        ...


class NotAgent(Forbidden):
    """The queue has no such agent."""

    code = "not_agent"
    text = N_("You are no agent of this queue.")


class AlwaysOnDuty(Conflict):
    """Static agents of a queue that does not let them log in and out; they can take a break."""

    code = "static_agent"
    text = N_("Static agents always serve the queue. They can take a break instead.")


class Queues:
    """What is done with call queues."""

    def __init__(
        self,
        ledger: Ledger,
        secrets: Secrets,
        numbers: NumberBook,
        ranges: Callable[[], NumberRanges],
    ) -> None:
        """`secrets` seal the PINs of queues; `numbers` knows which are taken."""
        self._ledger, self._secrets = ledger, secrets
        self._numbers, self._ranges = numbers, ranges
        self._references: list[References] = []
        self.duty: Duty | None = None
        """Tells the PBX; None: there is none."""

    def consult(self, references: References) -> None:
        """Ask these who refers to a queue."""
        self._references.append(references)

    def listed(self, actor: Actor) -> list[QueueEntry]:
        """Every queue, by number.

        Raises:
            Forbidden: without the right to see them.
        """
        actor.check(Module.QUEUES, "view")
        return sorted(self._ledger.book.queues.values(), key=lambda each: each.number)

    def get(self, actor: Actor, number: str) -> QueueEntry:
        """One queue.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.QUEUES, "view")
        return self._existing(number)

    @property
    def known(self) -> Mapping[str, QueueEntry]:
        """Every queue by its number, for who needs no right to see them."""
        return self._ledger.book.queues

    def rules(self, queue: QueueEntry) -> QueueRules:
        """How a queue treats callers and agents."""
        return shown(queue.options, self._secrets)

    def call_queues(self, path_of: Callable[[str], str]) -> dict[str, CallQueue]:
        """The queues as the PBX is told of them; `path_of` tells the file of a prompt."""
        queues = sorted(self.known.values(), key=lambda each: each.number)
        return {each.number: call_queue(each, self.rules(each), path_of) for each in queues}

    def clearings(self) -> dict[str, Clearing]:
        """When the counters of each queue begin anew that do so by themselves."""
        found = {number: Clearing.of(each.options) for number, each in self.known.items()}
        return {number: each for number, each in found.items() if each.every}

    def agent_profiles(self) -> dict[str, AgentProfile]:
        """Their agents as the PBX is told of them."""
        extensions = self._ledger.book.extensions
        numbers = sorted({agent.number for queue in self.known.values() for agent in queue.agents})
        return {each: agent_profile(extensions[each]) for each in numbers if each in extensions}

    async def add(self, actor: Actor, new: NewQueue) -> QueueEntry:
        """Add a queue; an earlier one of the same `client_id` is answered instead.

        Raises:
            NumberTaken: something has the number.
            Invalid: the number or an agent will not do.
        """
        actor.check(Module.QUEUES)
        ranges = self._ranges()
        problems = {
            "number": ranges.problem("queues", new.number),
            "options": options_problem(new.options),
        }
        if refused := {name: problem for name, problem in problems.items() if problem}:
            raise Invalid(refused, **ranges.spans)
        queue = new_queue(new, self._secrets)

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            for each in await rows.queues():
                if new.client_id is not None and each.client_id == new.client_id:
                    raise Repeated(each.number)
            await self._numbers.check_free(connection, [new.number])
            await _put(rows, queue)

        detail = {"name": new.name}
        try:
            async with self._numbers.assigning:
                await self._ledger.change(actor, "queue.add", subject_of(new.number), store, detail)
        except Repeated as known:
            return self._existing(known.key)
        return self._existing(new.number)

    async def update(self, actor: Actor, number: str, change: QueueChange) -> QueueEntry:
        """Change some fields; agents who stay keep their state, `options` are put over the old.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `change.version`.
            Invalid: an agent is no extension.
        """
        actor.check(Module.QUEUES)
        if change.options is not None and (problem := options_problem(change.options)):
            raise Invalid({"options": problem})

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            present = await self._stored(rows, number)
            await check_version(connection, subject_of(number), present.version, change.version)
            await _put(rows, changed_queue(present, change, self._secrets))

        fields = sorted(change.model_fields_set - {"version"})
        await self._ledger.change(
            actor, "queue.change", subject_of(number), store, {"fields": fields}
        )
        return self._existing(number)

    async def seat(self, actor: Actor, number: str, agent: str) -> bool:
        """Make a dynamic agent of an extension; False if it has a seat already.

        Raises:
            NotFound: there is no such queue.
            Invalid: there is no such extension.
        """
        actor.check(Module.QUEUES)
        if agent_of(self._existing(number), agent) is not None:
            return False

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            present = await self._stored(rows, number)
            if agent_of(present, agent) is not None:
                raise Repeated(agent)
            seats = [each.number for each in present.agents if not each.static]
            change = QueueChange(dynamic_agents=[*seats, agent])
            await _put(rows, changed_queue(present, change, self._secrets))

        detail = {"fields": ["dynamic_agents"]}
        try:
            await self._ledger.change(actor, "queue.change", subject_of(number), store, detail)
        except Repeated:
            return False
        return True

    async def delete(self, actor: Actor, numbers: Sequence[str]) -> None:
        """Remove queues.

        Raises:
            NotFound: one is not there.
            InUse: something could not work without one of them: a live chat.
        """
        actor.check(Module.QUEUES)
        numbers = list(dict.fromkeys(numbers))

        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            for number in numbers:
                await self._stored(rows, number)
            referring = await self._referring(connection, numbers)
            if blocking := [each for each in referring if each.blocking]:
                raise InUse([each.named() for each in blocking])
            for number in numbers:
                await rows.drop_queue(number)

        subject = subject_of(numbers[0] if len(numbers) == 1 else "")
        await self._ledger.change(actor, "queue.delete", subject, store, {"numbers": numbers})

    async def references(self, actor: Actor, number: str) -> list[Reference]:
        """What refers to a queue: to be shown before it is deleted."""
        self.get(actor, number)
        async with self._ledger.database.read() as connection:
            return await self._referring(connection, [number])

    async def set_paused(
        self, actor: Actor, number: str, agent: str, *, paused: bool
    ) -> QueueEntry:
        """Send an agent on a break, or end it, as an administrator may.

        Raises:
            NotFound: no such queue, or no such agent in it.
        """
        actor.check(Module.QUEUES)
        if agent_of(self._existing(number), agent) is None:
            raise NotFound
        await self._tell(agent, "take_break" if paused else "end_break", number)
        await self._change_agent(actor, number, agent, paused=paused)
        return self._existing(number)

    async def set_paused_everywhere(self, actor: Actor, agent: str, *, paused: bool) -> None:
        """Send an agent on a break of all queues, or end all breaks, as a program may.

        Raises:
            NotFound: no queue has such an agent.
        """
        actor.check(Module.QUEUES)
        queues = self.of_agent(agent)
        if not queues:
            raise NotFound
        await self._tell(agent, "take_break" if paused else "end_break")
        for each in queues:
            await self._change_agent(actor, each.number, agent, paused=paused)

    async def set_logged_in(self, actor: Actor, number: str, agent: str, *, here: bool) -> None:
        """Begin or end an agent's duty, as an administrator or a program may.

        Raises:
            NotFound: no such queue, or no such agent in it.
            AlwaysOnDuty: a static agent, where those may not log out.
        """
        actor.check(Module.QUEUES)
        found = agent_of(self._existing(number), agent)
        if found is None:
            raise NotFound
        self._check_duty(number, found, here=here)
        await self._tell(agent, "log_in" if here else "log_out", number)
        await self._change_agent(actor, number, agent, logged_in=here)

    def of_agent(self, agent: str) -> list[QueueEntry]:
        """The queues an extension serves or may serve, by number."""
        queues = self._ledger.book.queues.values()
        found = [each for each in queues if agent_of(each, agent) is not None]
        return sorted(found, key=lambda each: each.number)

    async def log_in(self, actor: Actor, number: str, agent: str, *, here: bool) -> QueueEntry:
        """Begin (`here`) or end one's own duty.

        Raises:
            NotAgent: of this queue.
            AlwaysOnDuty: a static agent, where those may not log out.
        """
        self._check_duty(number, self._own(number, agent), here=here)
        await self._tell(agent, "log_in" if here else "log_out", number)
        await self._change_agent(actor, number, agent, logged_in=here)
        return self._existing(number)

    async def take_break(
        self, actor: Actor, number: str, agent: str, *, paused: bool, reason: str = ""
    ) -> QueueEntry:
        """Begin or end one's own break; running chats and calls go on.

        Raises:
            NotAgent: of this queue.
        """
        self._own(number, agent)
        await self._tell(agent, "take_break" if paused else "end_break", number, reason)
        await self._change_agent(actor, number, agent, paused=paused)
        return self._existing(number)

    def may_log_in(self, queue: QueueEntry, agent: QueueAgent) -> bool:
        """Whether an agent may log in and out of a queue: static ones only where it is set so."""
        return not agent.static or self.rules(queue).static_login

    def _existing(self, number: str) -> QueueEntry:
        queue = self._ledger.book.queues.get(number)
        if queue is None:
            raise NotFound
        return queue

    def _check_duty(self, number: str, agent: QueueAgent, *, here: bool) -> None:
        """Who had logged out while that was possible may come back."""
        if not self.may_log_in(self._existing(number), agent) and not (
            here and not agent.logged_in
        ):
            raise AlwaysOnDuty

    def _own(self, number: str, agent: str) -> QueueAgent:
        """An agent's own seat; others do not learn whether the queue exists."""
        queue = self._ledger.book.queues.get(number)
        found = agent_of(queue, agent) if queue is not None else None
        if found is None:
            raise NotAgent
        return found

    async def _tell(
        self, agent: str, change: DutyChange, queue: str = "", reason: str = ""
    ) -> None:
        """Calls come or do not from here on, as the PBX knows it."""
        if self.duty is not None:
            await self.duty.change_duty(agent, change, (queue,) if queue else (), reason)

    async def _stored(self, rows: DirectoryRepository, number: str) -> QueueEntry:
        queue = await rows.queue(number)
        if queue is None:
            raise NotFound
        return queue

    async def _change_agent(self, actor: Actor, number: str, agent: str, **state: bool) -> None:
        async def store(connection: AsyncConnection) -> None:
            rows = DirectoryRepository(connection)
            seat = agent_of(self._existing(number), agent)
            if seat is None and agent_of(await self._stored(rows, number), agent) is None:
                raise NotFound
            await rows.change_agent(number, agent, state)
            if seat is not None and seat.by_group:
                stored = await self._stored(rows, number)
                await rows.put_queue(with_state(stored, agent, state))

        await self._ledger.change(
            actor, "queue_agent.change", f"queue_agent:{number}/{agent}", store, state
        )

    async def _referring(
        self, connection: AsyncConnection, numbers: Sequence[str]
    ) -> list[Reference]:
        found: list[Reference] = []
        for each in self._references:
            found += await each.referring(connection, "queue", numbers)
        return found


def subject_of(number: str) -> str:
    """A queue as the operation log names it."""
    return f"queue:{number}"


async def _put(rows: DirectoryRepository, queue: QueueEntry) -> None:
    """Store a queue whose agents and groups exist.

    Raises:
        Invalid: an agent is no extension, or a group is gone.
    """
    for field, static in (("static_agents", True), ("dynamic_agents", False)):
        numbers = [each.number for each in queue.agents if each.static == static]
        await check_extensions(rows, field, numbers)
    if (wanted := set(groups_of(queue))) and wanted - {each.id for each in await rows.groups()}:
        raise Invalid({GROUPS: N_("There is no such group.")})
    await rows.put_queue(queue)
    await forget_who_left(rows)
