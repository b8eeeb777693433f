"""The queue log that call-centre tools read: rows made from the facts, verb by verb.

Verbs and fields are those of Asterisk's `queue_log`, as QueueMetrics knows them. Of a dynamic agent
`AGENTLOGIN` and `AGENTLOGOFF` tell, of a static one `ADDMEMBER` and `REMOVEMEMBER`: one row each,
since tools count each of these verbs as the begin or the end of being logged in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.queues import facts
from pbxcore.queues.facts import End, ExitStatus, Outcome

if TYPE_CHECKING:
    from pbxcore.queues.outputs import Transition

NONE: Final = "NONE"
"""Stands where no call, queue or agent is meant."""


class Row(msgspec.Struct, frozen=True):
    """One row; `time_s` is Unix time, `parameters` are at most five."""

    time_s: int
    call: str
    queue: str
    agent: str
    verb: str
    parameters: tuple[str, ...] = ()


def rows(transition: Transition) -> tuple[Row, ...]:
    """The rows of one transition; of most there is one or none."""
    fact = transition.fact
    found = _of_caller(fact) or _of_offer(fact) or _of_agent(fact) or _of_queue(fact)
    if found is None:
        return ()
    if isinstance(fact, facts.CallerEntered) and fact.did:
        return _row(transition, ("DID", fact.did)), _row(transition, found)
    return (_row(transition, found),)


def _row(transition: Transition, found: _Words) -> Row:
    fact = transition.fact
    agent = getattr(fact, "agent", "")
    queue = "" if isinstance(fact, facts.QueueSet) else getattr(fact, "queue", "")
    return Row(
        transition.at_ms // 1000,
        getattr(fact, "caller", "") or NONE,
        queue or NONE,
        f"Agent/{agent}" if agent else NONE,
        str(found[0]),
        tuple(map(_text, found[1:])),
    )


_Words = tuple["str | float", ...]
"""The verb and its parameters."""
_Found = _Words | None


def _of_caller(fact: facts.Fact) -> _Found:
    match fact:
        case facts.CallerEntered():
            return "ENTERQUEUE", "", fact.number, fact.position, fact.name
        case facts.Abandoned():
            return "ABANDON", fact.position, fact.original_position, fact.waited_s
        case facts.Exited(status=ExitStatus.TIMEOUT):
            return "EXITWITHTIMEOUT", fact.position, fact.original_position, fact.waited_s
        case facts.Exited(status=ExitStatus.LEAVE_EMPTY):
            return "EXITEMPTY", fact.position, fact.original_position, fact.waited_s
        case facts.Exited(status=ExitStatus.KEY):
            position, original = fact.position, fact.original_position
            return "EXITWITHKEY", fact.reason, position, original, fact.waited_s
        case facts.Exited():
            why = fact.reason or fact.status.value
            position, original = fact.position, fact.original_position
            return "WITHDRAW", position, original, fact.waited_s, why[:40]
        case _:
            return None


def _of_offer(fact: facts.Fact) -> _Found:
    match fact:
        case facts.OfferEnded(outcome=Outcome.ANSWERED_ELSEWHERE):
            return None
        case facts.OfferEnded(outcome=Outcome.CALLER_LEFT | Outcome.AGENT_AWAY):
            return "RINGCANCELED", round(fact.rang_s * 1000)
        case facts.OfferEnded():
            return "RINGNOANSWER", round(fact.rang_s * 1000)
        case facts.AgentDropped():
            return ("AGENTDUMP",)
        case facts.Connected():
            return "CONNECT", fact.waited_s, fact.bridge, fact.rang_s
        case facts.CallHeld():
            return ("CALLERONHOLD" if fact.held else "CALLEROFFHOLD",)
        case facts.Completed():
            return _completed(fact)
        case _:
            return None


def _completed(fact: facts.Completed) -> _Found:
    waited, talked, original = fact.waited_s, fact.talked_s, fact.original_position
    match fact.end:
        case End.AGENT:
            return "COMPLETEAGENT", waited, talked, original
        case End.CALLER:
            return "COMPLETECALLER", waited, talked, original
        case End.BLIND_TRANSFER:
            return "BLINDTRANSFER", fact.to, "internal", waited, talked, original
        case End.ATTENDED_TRANSFER:
            return "ATTENDEDTRANSFER", "BRIDGE", fact.to, waited, talked, original


def _of_agent(fact: facts.Fact) -> _Found:
    match fact:
        case facts.AgentLoggedIn(static=True):
            return "ADDMEMBER", "PAUSED" if fact.on_break is not None else ""
        case facts.AgentLoggedIn():
            return "AGENTLOGIN", fact.channel
        case facts.AgentLoggedOut(static=True):
            return "REMOVEMEMBER", ""
        case facts.AgentLoggedOut():
            return "AGENTLOGOFF", fact.channel, fact.logged_in_s
        case facts.BreakBegan():
            return "PAUSE" if fact.queue else "PAUSEALL", fact.reason
        case facts.BreakEnded():
            return "UNPAUSE" if fact.queue else "UNPAUSEALL", fact.reason
        case facts.LevelChanged():
            return "PENALTY", fact.level
        case _:
            return None


def _of_queue(fact: facts.Fact) -> _Found:
    match fact:
        case facts.QueuesStarted():
            return ("QUEUESTART",)
        case facts.QueueSet():
            return ("CONFIGRELOAD",)
        case _:
            return None


def _text(parameter: str | float) -> str:
    """Seconds are whole in the log."""
    return parameter if isinstance(parameter, str) else str(round(parameter))
