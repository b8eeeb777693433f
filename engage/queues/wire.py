"""Live queues as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from engage.identifiers import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.queues.commands import CallerView, QueueView, SeatView

    Names = Callable[[str], str | None]


class ShownCaller(BaseModel):
    """Somebody who waits, or talks to an agent; `call` names his call among those that are up."""

    key: str
    number: str
    name: str
    position: int
    entered_at: str
    waited_s: int
    priority: int
    callback: bool
    ringing: list[str]
    agent: str
    agent_name: str
    connected_at: str | None
    talked_s: int
    call: str
    caller_leg: str
    agent_leg: str


class ShownSeat(BaseModel):
    """An agent of a queue, and what he does.

    `pausing`: the break begins when the call ends; `may_log_in`: he comes and goes as he likes.
    """

    agent: str
    name: str
    state: str
    static: bool
    since: str | None
    reason: str
    until: str | None
    left_s: int
    caller: str
    queue: str
    calls: int
    last_call_at: str | None
    chats: int
    pausing: bool
    may_log_in: bool


class ShownBoard(BaseModel):
    """One queue as it is now; `chaired`: who asks is its chairman."""

    number: str
    name: str
    waiting: list[ShownCaller]
    talking: list[ShownCaller]
    agents: list[ShownSeat]
    service_level_s: int
    chaired: bool


class BoardList(BaseModel):
    """Queues as they are now."""

    at: str
    items: list[ShownBoard]


def board_json(view: QueueView, at_ms: int, name: str, name_of: Names) -> dict[str, Any]:
    """One queue, as the PBX knows it."""
    return {
        "number": view.number,
        "name": name,
        "waiting": [_caller(each, at_ms, name_of) for each in view.waiting],
        "talking": [_caller(each, at_ms, name_of) for each in view.talking],
        "agents": [_seat(each, at_ms, name_of) for each in view.seats],
        "chaired": False,
    }


def _caller(view: CallerView, at_ms: int, name_of: Names) -> dict[str, Any]:
    until_ms = view.connected_ms or at_ms
    return {
        "key": view.key,
        "number": view.number,
        "name": view.name or name_of(view.number) or "",
        "position": view.position,
        "entered_at": rfc3339(view.entered_ms),
        "waited_s": max(0, round((until_ms - view.entered_ms) / 1000)),
        "priority": view.priority,
        "callback": view.callback,
        "ringing": list(view.ringing),
        "agent": view.agent,
        "agent_name": name_of(view.agent) or view.agent,
        "connected_at": rfc3339(view.connected_ms) if view.connected_ms else None,
        "talked_s": max(0, round((at_ms - view.connected_ms) / 1000)) if view.connected_ms else 0,
        "call": view.call,
        "caller_leg": view.caller_leg,
        "agent_leg": view.agent_leg,
    }


def _seat(view: SeatView, at_ms: int, name_of: Names) -> dict[str, Any]:
    return {
        "agent": view.agent,
        "name": name_of(view.agent) or view.agent,
        "state": view.state,
        "static": view.static,
        "since": rfc3339(view.since_ms) if view.since_ms else None,
        "reason": view.reason,
        "until": rfc3339(view.until_ms) if view.until_ms else None,
        "left_s": max(0, round((view.until_ms - at_ms) / 1000)) if view.until_ms else 0,
        "caller": view.caller,
        "queue": view.queue,
        "calls": view.calls,
        "last_call_at": rfc3339(view.last_call_ms) if view.last_call_ms else None,
        "chats": view.chats,
        "pausing": view.pausing,
    }
