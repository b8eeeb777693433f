"""What goes on in the queues, for those who watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.commands import CallerView, QueueView, SeatView
from pbxcore.queues.floor import has_room
from pbxcore.queues.inputs import Device
from pbxcore.queues.talking import agent_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.queues.floor import Agent, Floor, Queue, Waiting
    from pbxcore.queues.settings import QueueAgent

    Legs = Callable[[str], tuple[str, str, str]]

_FREE = {Device.IDLE, Device.UNKNOWN}


def view_of(floor: Floor, queue: Queue, legs: Legs) -> QueueView:
    """One queue; `legs` tells the call, the caller's leg and the agent's of somebody's stay."""
    line = list(queue.in_line())
    waiting = tuple(
        _caller(floor, each, place, legs(each.key)) for place, each in enumerate(line, 1)
    )
    standing = {each.key for each in line}
    others = [each for each in floor.callers.values() if each.queue is queue]
    talking = [each for each in others if each.key not in standing and each.answered is not None]
    named = {each.number: each for each in queue.settings.agents}
    numbers = dict.fromkeys((*named, *queue.duties))
    return QueueView(
        queue.number,
        waiting,
        tuple(_caller(floor, each, 0, legs(each.key)) for each in talking),
        tuple(_seat(floor, queue, number, named.get(number)) for number in numbers),
    )


def _caller(
    floor: Floor, waiting: Waiting, position: int, legs: tuple[str, str, str]
) -> CallerView:
    agent, caller = agent_of(waiting), waiting.caller
    call, front, other = legs
    return CallerView(
        waiting.key,
        caller.number,
        caller.name,
        position,
        floor.ms(waiting.entered),
        waiting.priority,
        not waiting.live,
        tuple(waiting.leases),
        "" if agent is None else agent.number,
        floor.ms(waiting.connected_at) if waiting.connected_at else 0,
        call,
        front,
        other,
    )


def _seat(floor: Floor, queue: Queue, number: str, known: QueueAgent | None) -> SeatView:
    agent = floor.agents.get(number)
    static = known is not None and known.static
    if agent is None or queue.number not in agent.duties:
        return SeatView(number, "logged_out", static)
    state, since, until = _state(agent, queue, floor.now)
    broken = _break(agent, queue)
    busy_with = agent.caller or (None if agent.lease is None else agent.lease.caller)
    return SeatView(
        number,
        state,
        static,
        floor.ms(since) if since else 0,
        "" if broken is None else broken[0],
        floor.ms(until) if until else 0,
        "" if busy_with is None else busy_with.key,
        "" if busy_with is None else busy_with.queue.number,
        agent.calls.get(queue.number, 0),
        0 if agent.last_call is None else floor.ms(agent.last_call),
        agent.chats,
        pausing=agent.caller is not None and broken is not None,
    )


def _break(agent: Agent, queue: Queue) -> tuple[str, float] | None:
    """The reason of a break from a queue or from all, and since when."""
    return agent.breaks.get("") or agent.breaks.get(queue.number)


def _state(agent: Agent, queue: Queue, now: float) -> tuple[str, float, float]:
    """The state, since when, and when an offer, a wrap-up or a rest ends."""
    if agent.caller is not None:
        return "on_call", agent.caller.connected_at, 0.0
    if agent.lease is not None:
        return "ringing", agent.lease.since, agent.lease.until
    if (broken := _break(agent, queue)) is not None:
        return "on_break", broken[1], 0.0
    if agent.wrap_up is not None:
        return "wrap_up", *agent.wrap_up
    if (away := _away(agent, queue)) is not None:
        return away, 0.0, 0.0
    if agent.rests_until > now:
        return "resting", 0.0, agent.rests_until
    return "available", agent.idle_since, 0.0


def _away(agent: Agent, queue: Queue) -> str | None:
    """Why no call of a queue reaches an agent who is on duty; None: it does."""
    if agent.device.gone:
        return "unavailable"
    if agent.undisturbed:
        return "undisturbed"
    if agent.device not in _FREE:
        return "busy"
    return None if has_room(agent, queue.settings) else "chatting"
