"""What a slice says to have a mail sent: to whom, of which kind, with which values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets a mail. `language` is a tag such as `zh-Hans`; empty: the installation's."""

    address: str
    name: str = ""
    language: str = ""


class Mailer(Protocol):
    """Puts mails into the outbox; `engage.notify` in the product."""

    async def post(
        self,
        connection: AsyncConnection,
        kind: str,
        *,
        to: Recipient,
        params: Mapping[str, str | int],
        reply_to: str = "",
        dedupe_key: str = "",
        thread: str = "",
        after_s: float = 0,
    ) -> None:
        """Write a mail down, inside the transaction of its cause; it is sent after the commit.

        Args:
            connection: of the transaction that causes it.
            kind: `waiting_inquiry`, `offline_message`, `welcome` …; `engage.notify.kinds` has all
                of them, and which values each takes.
            to: one person; each gets a mail of their own.
            params: the values by name. Links are paths (`/wave/#/chats`): the mail puts the
                configured public address before them. Durations are seconds, moments are
                milliseconds UTC.
            reply_to: the address that an answer goes to.
            thread: a token; mails with the same one hang together in the recipient's mailbox, and
                an answer refers to it. A person wrote such a mail: no program may answer it.
            dedupe_key: at most one mail is ever written under a key: `waiting:<conversation>:1000`.
            after_s: how long it may still be withdrawn before it is sent.
        """
        ...

    async def is_wanted(self, connection: AsyncConnection, kind: str, address: str) -> bool:
        """Whether somebody takes mails of a kind, or has said that no more are wanted."""
        ...

    async def withdraw(self, connection: AsyncConnection, dedupe_key: str) -> None:
        """Send not the mail that waits under a key."""
        ...


async def post_to_each(
    mailer: Mailer,
    connection: AsyncConnection,
    kind: str,
    addresses: Iterable[str],
    params: Mapping[str, str | int],
    *,
    occasion: str,
) -> None:
    """Write the same mail to several addresses, to each at most once for an occasion."""
    for address in addresses:
        await mailer.post(
            connection,
            kind,
            to=Recipient(address),
            params=params,
            dedupe_key=f"{kind}:{address}:{occasion}",
        )
