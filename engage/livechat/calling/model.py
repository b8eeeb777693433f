"""Calls of visitors: values, whom they ring, and what can go wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol

from engage.errors import N_, Conflict, Forbidden, NotFound, Unavailable
from pbxcore.calls.visitor_commands import AgentRound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engage.hub.model import Manners
    from engage.livechat.model import Inquiry, LiveChat, Visitor
    from pbxcore.calls.visitor_commands import VisitorCallMoved, VisitorCommand
    from pbxcore.commands import Reply

State = Literal["ringing", "answered"]

SERVING_S: Final = 20.0
"""Whoever serves the visitor rings for so long before the others do."""
RING_S: Final = 60.0
"""After this long nobody rings any more."""
RELOAD_S: Final = 20.0
"""A page that is gone may come back for so long, and the call goes on."""
MOST_OFFERED: Final = 20_000
"""Characters of a description; a browser's for sound has some two thousand."""


@dataclass(slots=True)
class VisitorCall:
    """A call that is up, as its page knows it.

    `agent` is the extension that answered, whom the page knows by the conversation's `manners`.
    """

    id: str
    conversation: str
    livechat: str
    who: str
    manners: Manners
    state: State = "ringing"
    agent: str = ""
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class Ends:
    """A page's connection: its own address and port, and ours as `host:port`."""

    host: str
    port: int
    local: str


class Switchboard(Protocol):
    """The PBX, which has the calls."""

    async def request(self, command: VisitorCommand, timeout_s: float = 35.0) -> Reply:
        """Ask for something."""
        ...

    def on_visitor(self, callback: Callable[[VisitorCallMoved], None]) -> None:
        """Call this with how calls go."""
        ...

    def on_disconnected(self, callback: Callable[[], None]) -> None:
        """Call this when the PBX is gone."""
        ...


class OpenCalls(Protocol):
    """Calls that are up, as the PBX's journal told them."""

    def in_conversation(self, conversation: str) -> Sequence[tuple[str, str, bool]]:
        """Their names, with who answered ("": nobody yet), and whether they are recorded now."""
        ...

    def of_visitors(self) -> Sequence[tuple[str, str, Mapping[str, str], int]]:
        """Names and conversations, with whom each leg calls, and when somebody answered (0)."""
        ...


class Callers(Protocol):
    """Who calls, and whom it may ring."""

    async def caller(self, who: str, conversation: str) -> tuple[Visitor, Inquiry, LiveChat]:
        """A visitor in a conversation of theirs, else NotFound."""
        ...

    def on_duty(self, livechat: LiveChat) -> list[str]:
        """Who may take inquiries now, as the hub calls them."""
        ...

    def most_calls(self, livechat: str) -> int:
        """How many visitors may call at once in a live chat, by its identifier."""
        ...


class CallsNotAllowed(Forbidden):
    """This live chat takes no calls, or the chat is over."""

    code = "calls_not_allowed"
    text = N_("Calls are not possible in this chat.")


class LinesBusy(Conflict):
    """As many visitors call in this live chat as may at once."""

    code = "lines_busy"
    text = N_("All lines are busy at the moment. Please try again in a few minutes.")


class CallRefused(Unavailable):
    """The PBX does not take the call."""

    code = "call_refused"
    text = N_("The call could not be started. You can go on writing.")


class CallOver(NotFound):
    """The call is over."""

    code = "call_over"
    text = N_("This call is over.")


def rounds(serving: str | None, on_duty: Sequence[str]) -> tuple[AgentRound, ...]:
    """Who rings, and for how long: no queue's ring strategy is asked.

    Args:
        serving: the extension that serves the visitor, if one does: it rings first, on a break or
            not.
        on_duty: those who may take the inquiry.
    """
    others = tuple(each for each in on_duty if each != serving)
    if serving is None:
        return (AgentRound(others, RING_S),) if others else ()
    if not others:
        return (AgentRound((serving,), RING_S),)
    # Whoever was rung and declined is not asked twice.
    return (AgentRound((serving,), SERVING_S), AgentRound(others, RING_S - SERVING_S))
