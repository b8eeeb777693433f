"""What somebody outside may do to queues and agents: each answers whether it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.queues.commands import ChangeDuty, QueueDone, ResetQueue, SteerCaller, TellLoads
from pbxcore.queues.inputs import (
    AgentLoad,
    EndBreak,
    EndWrapUp,
    ExtendWrapUp,
    FreeAgent,
    LogIn,
    LogOut,
    Move,
    Remove,
    ResetCounters,
    TakeBreak,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.queues.floor import Floor, Queue
    from pbxcore.queues.inputs import Input

DONE: Final = QueueDone(200)
NOT_THERE: Final = QueueDone(404)


def direct(
    command: ChangeDuty | SteerCaller | ResetQueue | TellLoads,
    floor: Floor,
    tell: Callable[[Input], None],
) -> QueueDone:
    """Carry out one command."""
    match command:
        case ChangeDuty():
            return _change_duty(command, floor, tell)
        case SteerCaller(caller, position):
            if caller not in floor.callers:
                return NOT_THERE
            tell(Move(caller, position) if position else Remove(caller))
        case ResetQueue(queue):
            if queue not in floor.queues:
                return NOT_THERE
            tell(ResetCounters(queue))
        case TellLoads(chats):
            for number in {*chats, *(each.number for each in floor.agents.values() if each.chats)}:
                count = chats.get(number, 0)
                known = floor.agents.get(number)
                if count != (0 if known is None else known.chats):
                    tell(AgentLoad(number, count))
    return DONE


def _change_duty(command: ChangeDuty, floor: Floor, tell: Callable[[Input], None]) -> QueueDone:
    agent, queues = command.agent, command.queues
    numbers = queues or tuple(floor.queues)
    if not any(_knows(floor.queues[each], agent) for each in numbers if each in floor.queues):
        return NOT_THERE
    match command.change:
        case "log_in" | "log_out":
            if not floor.queues.keys() >= {*queues}:
                return NOT_THERE
            tell(LogIn(agent, queues) if command.change == "log_in" else LogOut(agent, queues))
        case "take_break":
            tell(TakeBreak(agent, command.reason, queues))
        case "end_break":
            tell(EndBreak(agent, queues))
        case "ready":
            tell(EndWrapUp(agent))
        case "free":
            tell(FreeAgent(agent, queues))
        case "extend":
            tell(ExtendWrapUp(agent, command.by_s))
    return DONE


def _knows(queue: Queue, agent: str) -> bool:
    """Whether somebody serves a queue, or is set to."""
    return agent in queue.duties or queue.settings.names(agent)
