"""The floor as the state that outlasts a restart, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.queues.floor import Waiting
from pbxcore.queues.state import KeptAgent, KeptBreak, KeptCallback, State
from pbxcore.queues.timers import Due

if TYPE_CHECKING:
    from pbxcore.queues.floor import Agent, Floor, Queue
    from pbxcore.queues.line import Order


def kept(floor: Floor) -> State:
    """What is to be known after a restart."""
    callbacks = (each for each in floor.callers.values() if not each.live)
    return State(
        seq=floor.seq,
        agents=tuple(_kept_agent(floor, each) for each in floor.agents.values() if _counts(each)),
        callbacks=tuple(_kept_callback(floor, each) for each in callbacks),
        cursors={number: queue.cursor for number, queue in floor.queues.items() if queue.cursor},
    )


def _counts(agent: Agent) -> bool:
    """Whether there is anything to be known about somebody: most extensions serve no queue."""
    return bool(agent.serves or agent.logged_off or agent.breaks)


def _kept_agent(floor: Floor, agent: Agent) -> KeptAgent:
    wrap_up = agent.wrap_up
    return KeptAgent(
        number=agent.number,
        serves={queue: floor.ms(at) for queue, at in agent.serves.items()},
        named=tuple(sorted(agent.named)),
        logged_off=tuple(sorted(agent.logged_off)),
        breaks={
            queue: KeptBreak(reason, floor.ms(at)) for queue, (reason, at) in agent.breaks.items()
        },
        wrap_up_ms=None if wrap_up is None else (floor.ms(wrap_up[0]), floor.ms(wrap_up[1])),
        idle_since_ms=floor.ms(agent.idle_since),
        last_call_ms=None if agent.last_call is None else floor.ms(agent.last_call),
        calls=dict(agent.calls),
        chats=agent.chats,
    )


def _kept_callback(floor: Floor, caller: Waiting) -> KeptCallback:
    priority, entered, turn = caller.order
    return KeptCallback(
        queue=caller.queue.number,
        caller=caller.caller,
        entered_ms=floor.ms(caller.entered),
        order=(priority, floor.ms(entered), turn),
        original_position=caller.original_position,
        attempts=caller.attempts,
        not_before_ms=max(0, floor.ms(max(caller.not_before, caller.entered))),
    )


def restore_agents(floor: Floor, state: State) -> None:
    """Agents as they were. They serve again as the queues are set."""
    for each in state.agents:
        agent = floor.agent(each.number)
        agent.serves = {queue: floor.since(ms) for queue, ms in each.serves.items()}
        agent.named = set(each.named)
        agent.logged_off = set(each.logged_off)
        agent.breaks = {
            queue: (kept.reason, floor.since(kept.since_ms)) for queue, kept in each.breaks.items()
        }
        if each.wrap_up_ms is not None:
            began, until = map(floor.since, each.wrap_up_ms)
            agent.wrap_up = began, until
            floor.timers.set(Due.WRAP_UP, agent.number, until)
        agent.idle_since = floor.since(each.idle_since_ms)
        agent.last_call = None if each.last_call_ms is None else floor.since(each.last_call_ms)
        agent.calls, agent.chats = dict(each.calls), each.chats


def restored_callback(floor: Floor, queue: Queue, kept: KeptCallback) -> Waiting:
    """Somebody who waits to be called back, in the place of before."""
    priority, entered_ms, turn = kept.order
    # turns begin anew after a restart: those of before come before them
    order: Order = (priority, floor.since(entered_ms), turn - 1e9)
    caller = Waiting(kept.caller, queue, floor.since(kept.entered_ms), order)
    caller.live = False
    caller.original_position, caller.attempts = kept.original_position, kept.attempts
    caller.not_before = floor.since(kept.not_before_ms)
    floor.callers[caller.key] = caller
    queue.line.add(caller)
    return caller
