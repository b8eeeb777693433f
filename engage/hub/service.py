"""The hub: stores what people say, acknowledges it, tells those who follow, lets them resume."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from engage.events import Events
from engage.hub.delivery import Delivery
from engage.hub.model import Appended, Author, Conversation, KindPolicy, Member, Page, Participant
from engage.identifiers import Clock, now_ms
from engage.storage.database import Database

T = TypeVar("T")


class HubTransaction:
    """Changes of conversations that happen together or not at all, with the caller's own rows."""

    connection: AsyncConnection

    async def create(
        self,
        *,
        kind: str,
        key: str | None = None,
        title: str = "",
        state: str = "active",
        participants: Iterable[Member] = (),
    ) -> Conversation:
        """Open a conversation; one that has this key already is returned as it is."""
        raise NotImplementedError

    async def append(
        self,
        conversation_id: str,
        author: Author,
        kind: str,
        body: dict[str, Any],
        *,
        client_id: str | None = None,
    ) -> Appended:
        """Add an event; idempotent by conversation, author and `client_id`."""
        raise NotImplementedError

    async def change(
        self,
        conversation_id: str,
        *,
        expect_state: tuple[str, ...] | None = None,
        expect_epoch: int | None = None,
        state: str | None = None,
        owner: str | None = None,
        owner_name: str | None = None,
    ) -> Conversation | None:
        """Compare and set; a change of owner bumps the epoch; None when the expectation fails.

        `owner=""` makes it nobody's.
        """
        raise NotImplementedError

    async def join(
        self,
        conversation_id: str,
        who: str,
        name: str,
        *,
        from_seq: int = 0,
        sees_notes: bool = False,
    ) -> None:
        """Let someone follow; one who left comes back."""
        raise NotImplementedError

    async def leave(self, conversation_id: str, who: str) -> None:
        """Let someone follow no longer."""
        raise NotImplementedError

    async def get(self, conversation_id: str) -> Conversation:
        """The conversation as this transaction sees it.

        Raises:
            NotFound: there is none.
        """
        raise NotImplementedError

    def tell(self, whos: Iterable[str], name: str, payload: dict[str, Any]) -> None:
        """Send an unstored socket event once the transaction is committed."""
        raise NotImplementedError


class Hub:
    """Conversations for every slice."""

    def __init__(
        self, database: Database, delivery: Delivery, events: Events, clock: Clock = now_ms
    ) -> None:
        self._database, self._delivery, self._events, self._clock = (
            database,
            delivery,
            events,
            clock,
        )

    async def start(self) -> None:
        """Begin to write watermarks."""

    async def stop(self) -> None:
        """Write the watermarks that wait."""

    def policy(self, kind: str, policy: KindPolicy) -> None:
        """Let a slice decide what a participant's `send` does in its kind of conversation."""
        raise NotImplementedError

    async def append(
        self,
        conversation_id: str,
        author: Author,
        kind: str,
        body: dict[str, Any],
        *,
        client_id: str | None = None,
        epoch: int | None = None,
    ) -> Appended:
        """Store an event, then tell the followers; returns when it is on disk.

        Idempotent by (conversation, author, `client_id`).

        Raises:
            NotFound: no such conversation.
            ConversationClosed: it takes no messages any more.
            StaleOwner: `epoch` is not the owner's of now.
            Unavailable: nothing was stored.
        """
        raise NotImplementedError

    async def transact(self, work: Callable[[HubTransaction], Awaitable[T]]) -> T:
        """Run `work` in one database transaction, then tell what it appended and changed."""
        raise NotImplementedError

    async def post(
        self,
        who: str,
        author: Author,
        conversation_id: str,
        *,
        client_id: str,
        text: str,
        epoch: int | None = None,
    ) -> Appended:
        """Take what a participant sends: membership, clean text, then the kind's policy."""
        raise NotImplementedError

    async def resume(self, who: str, conversation_id: str, after: int, limit: int = 200) -> Page:
        """What came after a sequence, as this participant sees it.

        Raises:
            TooFar: `after` is below the first kept sequence, or beyond the head.
        """
        raise NotImplementedError

    async def hello(self, who: str, heads: dict[str, int]) -> list[dict[str, Any]]:
        """Summaries of the participant's conversations, with events after the heads they name."""
        raise NotImplementedError

    async def summary(self, who: str, conversation_id: str) -> dict[str, Any]:
        """One summary with the newest events, as `hello` gives it."""
        raise NotImplementedError

    async def delivered(self, who: str, conversation_id: str, seq: int) -> None:
        """The participant's client has received up to `seq`."""
        raise NotImplementedError

    async def read(self, who: str, conversation_id: str, seq: int) -> None:
        """The participant has read up to `seq`."""
        raise NotImplementedError

    async def typing(self, who: str, author: Author, conversation_id: str) -> None:
        """Tell the other participants, at most once per 3 s; never stored."""
        raise NotImplementedError

    async def conversation(self, conversation_id: str) -> Conversation:
        """The conversation's head.

        Raises:
            NotFound: there is none.
        """
        raise NotImplementedError

    async def participants(self, conversation_id: str) -> list[Participant]:
        """Who follows it now."""
        raise NotImplementedError

    async def require_participant(self, who: str, conversation_id: str) -> Participant:
        """The participant, for authorisation.

        Raises:
            NotParticipant: not one; the same answer as for a conversation that does not exist.
        """
        raise NotImplementedError
