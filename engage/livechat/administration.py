"""What administrators do with live chats: add, change, switch off, renew the link, delete."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import IntegrityError

from engage import i18n
from engage.errors import N_, Invalid, NotFound
from engage.hub.model import SYSTEM
from engage.identifiers import new_id
from engage.livechat.desk import close
from engage.livechat.events import ConversationEnded, InquiryMissed
from engage.livechat.livechats import LiveChatRows
from engage.livechat.model import (
    CHANNEL_DELETED,
    ENDED,
    MAX_LIVECHATS,
    WAITING,
    Destination,
    Inquiry,
    LiveChat,
    OpenCounts,
    TooManyLiveChats,
)
from engage.livechat.repository import LiveChatRepository
from engage.people.model import Reference
from engage.system.actor import Module
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.hub.service import Hub, HubTransaction
    from engage.identifiers import Clock
    from engage.livechat.livechats import LiveChats
    from engage.livechat.lobby import Lobby
    from engage.livechat.model import Seats
    from engage.livechat.options import Options
    from engage.livechat.pictures.model import Picture, PictureKind
    from engage.storage.database import Database
    from engage.system.actor import Actor

NAME_LIMIT, EXTENSIONS_LIMIT = 64, 50
PORTION = 25
"""So many conversations are ended in one transaction."""

KINDS = {"queue": "queue", "extension": "extensions"}
"""A destination's kind for what it names."""

NO_NAME = N_("Please give it a name.")
NAME_TAKEN = N_("Another live chat has this name.")
NO_DESTINATION = N_("Please choose who answers.")
ONE_QUEUE = N_("Please choose one queue.")
TOO_MANY_EXTENSIONS = N_("Please choose at most 50 extensions.")
GONE = N_("This destination does not exist any more.")
NO_INFO_TYPE = N_("Please choose at least one, or do not require visitor info.")
NO_HOURS = N_("Please add at least one row.")
UNKNOWN_LANGUAGE = N_("There is no page in this language.")


@dataclass(frozen=True, slots=True)
class Draft:
    """A live chat as somebody wants it to be."""

    name: str
    enabled: bool
    destination: Destination
    options: Options

    def problems(self) -> dict[str, str]:
        """What is wrong with it by itself: the untranslated message of each field."""
        found: dict[str, str] = {}
        if not self.name:
            found["name"] = NO_NAME
        values = self.destination.values
        if not values:
            found["destination"] = NO_DESTINATION
        elif self.destination.kind == "queue" and len(values) > 1:
            found["destination"] = ONE_QUEUE
        elif len(values) > EXTENSIONS_LIMIT:
            found["destination"] = TOO_MANY_EXTENSIONS
        options, languages = self.options, i18n.languages()
        if options.require_visitor_info and not options.info_types:
            found["info_types"] = NO_INFO_TYPE
        if options.working_hours == 6 and not options.working_rows:
            found["working_rows"] = NO_HOURS
        if options.language and options.language not in languages:
            found["language"] = UNKNOWN_LANGUAGE
        if any(each not in languages for each in options.translations):
            found["translations"] = UNKNOWN_LANGUAGE
        return found


@dataclass(frozen=True, slots=True)
class Listed:
    """A live chat with what an administrator wants to know about it now."""

    livechat: LiveChat
    counts: OpenCounts
    names: Mapping[str, str]
    """What its destination's values are called; those that do not exist any more are left out."""

    @property
    def missing(self) -> list[str]:
        """Those of its destination's values that do not exist any more."""
        return [each for each in self.livechat.destination.values if each not in self.names]


class Administration:
    """Live chats and their life; every change is checked, logged and valid at once."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        lobby: Lobby,
        livechats: LiveChats,
        seats: Seats,
        events: Events,
        clock: Clock,
    ) -> None:
        self._database = database
        self._hub = hub
        self._lobby = lobby
        self._livechats = livechats
        self._seats = seats
        self._events = events
        self._clock = clock

    async def listed(self, actor: Actor) -> list[Listed]:
        """All of them, oldest first.

        Raises:
            Forbidden: without the right to see live chats.
        """
        actor.check(Module.LIVECHAT, "view")
        counts = await self._counts()
        return [self._listed(each, counts) for each in self._livechats.all()]

    async def get(self, actor: Actor, livechat_id: str) -> Listed:
        """One of them.

        Raises:
            Forbidden: without the right to see live chats.
            NotFound: there is none, or it was deleted.
        """
        actor.check(Module.LIVECHAT, "view")
        livechat = self._kept(livechat_id)
        return self._listed(livechat, await self._counts())

    async def add(self, actor: Actor, draft: Draft, client_id: str | None = None) -> LiveChat:
        """Make a live chat; its link works at once. The same `client_id` makes one only once.

        Raises:
            Forbidden: without the right to change live chats.
            Invalid: with a message per field.
            TooManyLiveChats: there are too many already.
        """
        actor.check(Module.LIVECHAT)

        async def work(connection: AsyncConnection) -> LiveChat:
            rows = LiveChatRows(connection)
            if client_id is not None:
                made = await rows.made_by(client_id)
                if made is not None:
                    return made
            await self._check(rows, draft)
            if await rows.count() >= MAX_LIVECHATS:
                raise TooManyLiveChats(most=MAX_LIVECHATS)
            livechat = LiveChat(
                id=new_id(),
                public_id=new_public_id(),
                name=draft.name,
                enabled=draft.enabled,
                destination=draft.destination,
                options=draft.options,
                version=1,
                created_at_ms=self._clock(),
            )
            await rows.add(livechat, client_id)
            await self._note(connection, actor, "add", livechat)
            return livechat

        return await self._write(work)

    async def change(
        self,
        actor: Actor,
        livechat_id: str,
        edit: Callable[[LiveChat], Draft],
        version: int | None = None,
    ) -> LiveChat:
        """Change a live chat. Who waits is shown to the agents of the destination it has now.

        Args:
            actor: who does it.
            livechat_id: which.
            edit: makes of what is stored what shall be.
            version: what was edited; anything if None.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is none, or it was deleted.
            Edited: somebody else has changed it since `version`.
            Invalid: with a message per field.
        """
        actor.check(Module.LIVECHAT)
        before = self._kept(livechat_id)

        async def work(connection: AsyncConnection) -> LiveChat:
            rows = LiveChatRows(connection)
            held = await self._held(connection, livechat_id, version)
            draft = edit(held)
            await self._check(rows, draft, held)
            changed = replace(
                held,
                name=draft.name,
                enabled=draft.enabled,
                destination=draft.destination,
                options=draft.options,
                version=held.version + 1,
            )
            await rows.change(changed)
            fields = sorted(changed_fields(held, changed))
            await self._note(connection, actor, "change", changed, fields=fields)
            return changed

        changed = await self._write(work)
        if changed.destination != before.destination:
            await self._lobby.moved(before, changed)
        return changed

    async def renew_link(self, actor: Actor, livechat_id: str) -> LiveChat:
        """Give a live chat another link; the old one stops at once, who chats goes on.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is none, or it was deleted.
        """
        actor.check(Module.LIVECHAT)

        async def work(connection: AsyncConnection) -> LiveChat:
            held = await self._held(connection, livechat_id)
            changed = replace(held, public_id=new_public_id(), version=held.version + 1)
            await LiveChatRows(connection).change(changed)
            await self._note(connection, actor, "renew", changed)
            return changed

        return await self._write(work)

    async def picture(
        self, actor: Actor, livechat_id: str, kind: PictureKind, picture: Picture | None
    ) -> LiveChat:
        """Give a live chat a picture, or take it away.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is none, or it was deleted.
        """
        actor.check(Module.LIVECHAT)

        async def work(connection: AsyncConnection) -> LiveChat:
            held = await self._held(connection, livechat_id)
            others = {each: kept for each, kept in held.pictures.items() if each != kind}
            pictures = others if picture is None else {**others, kind: picture}
            # The version stays: who edits the form meanwhile loses nothing.
            changed = replace(held, pictures=pictures)
            await LiveChatRows(connection).change(changed)
            await self._note(connection, actor, "change", changed, fields=[kind])
            return changed

        return await self._write(work)

    async def delete(self, actor: Actor, livechat_id: str) -> None:
        """Delete a live chat: its link stops at once, and all its conversations end.

        Raises:
            Forbidden: without the right to change live chats.
            NotFound: there is none, or it was deleted.
        """
        actor.check(Module.LIVECHAT)

        async def work(connection: AsyncConnection) -> LiveChat:
            rows = LiveChatRows(connection)
            held = await self._held(connection, livechat_id)
            deleted = replace(held, version=held.version + 1, deleted_at_ms=self._clock())
            await rows.change(deleted)
            open_ones = await LiveChatRepository(connection).open_counts()
            counts = open_ones.get(livechat_id, OpenCounts())
            ended = counts.waiting + counts.active
            await self._note(connection, actor, "delete", deleted, ended=ended)
            return deleted

        await self.end_all(await self._write(work))

    async def end_all(self, livechat: LiveChat) -> None:
        """End what is still open in a deleted live chat; visitors and agents are told."""
        while ended := await self._hub.transact(lambda each: self._end_portion(each, livechat)):
            for inquiry in ended:
                self._lobby.forget(inquiry.conversation_id)
                fact = InquiryMissed if inquiry.state == WAITING else ConversationEnded
                self._events.publish(fact(inquiry.conversation_id, livechat.id, CHANNEL_DELETED))

    async def referring(
        self, connection: AsyncConnection, kind: str, keys: Iterable[str]
    ) -> list[Reference]:
        """The live chats that name these queues or extensions as their destination.

        One blocks if nobody would be left to answer.
        """
        kind, wanted = KINDS.get(kind, ""), set(keys)
        return [
            Reference("livechat", each.id, each.name, blocking=wanted.issuperset(values))
            for each in await LiveChatRows(connection).all()
            if each.deleted_at_ms is None
            and each.destination.kind == kind
            and wanted.intersection(values := each.destination.values)
        ]

    async def _end_portion(self, transaction: HubTransaction, livechat: LiveChat) -> list[Inquiry]:
        rows = LiveChatRepository(transaction.connection)
        found = await rows.open_inquiries_of(livechat.id, PORTION)
        for inquiry in found:
            await close(transaction, inquiry, ENDED, SYSTEM, CHANNEL_DELETED, self._clock())
            self._lobby.withdraw(transaction, inquiry, CHANNEL_DELETED)
        return found

    async def _write(self, work: Any) -> LiveChat:
        """Run `work` in one transaction; memory follows its commit."""
        try:
            written: LiveChat = await self._database.write(work, committed=self._livechats.put)
        except IntegrityError as problem:  # two people on two nodes chose one name at once
            raise Invalid({"name": NAME_TAKEN}) from problem
        return written

    async def _held(
        self, connection: AsyncConnection, livechat_id: str, version: int | None = None
    ) -> LiveChat:
        held = await LiveChatRows(connection).get(livechat_id)
        if held is None:
            raise NotFound
        await check_version(connection, subject_of(held), held.version, version)
        return held

    async def _check(self, rows: LiveChatRows, draft: Draft, held: LiveChat | None = None) -> None:
        """Everything that is wrong at once, each at its field."""
        fields = draft.problems()
        destination = draft.destination
        if "destination" not in fields:
            names = self._seats.names_of(destination.kind, list(destination.values))
            if any(each not in names for each in destination.values):
                fields["destination"] = GONE
        if "name" not in fields:
            named = await rows.named(draft.name)
            if named is not None and (held is None or named != held.id):
                fields["name"] = NAME_TAKEN
        if fields:
            raise Invalid(fields)

    async def _note(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        livechat: LiveChat,
        **detail: Any,
    ) -> None:
        detail = {"name": livechat.name, **detail}
        subject = subject_of(livechat)
        await note(connection, actor, f"livechat.{action}", subject, detail, at_ms=self._clock())

    async def _counts(self) -> Mapping[str, OpenCounts]:
        async with self._database.read() as connection:
            return await LiveChatRepository(connection).open_counts()

    def _listed(self, livechat: LiveChat, counts: Mapping[str, OpenCounts]) -> Listed:
        destination = livechat.destination
        names = self._seats.names_of(destination.kind, list(destination.values))
        return Listed(livechat, counts.get(livechat.id, OpenCounts()), names)

    def _kept(self, livechat_id: str) -> LiveChat:
        livechat = self._livechats.by_id(livechat_id)
        if livechat.deleted_at_ms is not None:
            raise NotFound
        return livechat


def new_public_id() -> str:
    """What stands in a link: 128 bits from the system, so that nobody finds it by trying."""
    return secrets.token_urlsafe(16)


def subject_of(livechat: LiveChat) -> str:
    """A live chat as the operation log names it."""
    return f"livechat:{livechat.id}"


def changed_fields(before: LiveChat, after: LiveChat) -> set[str]:
    """The names of the form's fields that differ."""
    own = {
        name
        for name in ("name", "enabled", "destination")
        if getattr(before, name) != getattr(after, name)
    }
    old, new = before.options.model_dump(), after.options.model_dump()
    return own | {name for name in new if new[name] != old[name]}
