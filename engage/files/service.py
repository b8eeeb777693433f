"""What people do with files: bring them, say them in a conversation, look at them, fetch them."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engage.background import regularly
from engage.chat.events import MessageDeleted
from engage.errors import NotFound
from engage.files import svg
from engage.files.addresses import Signer, Variant, good_until
from engage.files.images import Studio
from engage.files.model import (
    MEGABYTE,
    AddressOver,
    AlreadySent,
    File,
    NotComplete,
    PictureUnknown,
    SendingForbidden,
    State,
)
from engage.files.repository import FileRepository
from engage.files.sniffing import WINDOW, sniff, text_of
from engage.files.storage import FileStore
from engage.files.uploads import Announced, Uploads, raise_refusal
from engage.files.wire import file_json
from engage.hub.model import Event, Post
from engage.identifiers import Clock, now_ms
from engage.livechat.events import ConversationsErased
from engage.people.model import Grant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.events import Events
    from engage.files.model import Allowance, VisitorRules
    from engage.files.settings import ImSettings
    from engage.hub.model import Appended, Author
    from engage.hub.service import Hub
    from engage.people.model import Principal
    from engage.storage.database import Database

log = logging.getLogger(__name__)

SWEEP_S = 600.0
PORTION = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A file, how far it has come, and for a while the addresses of what there is of it."""

    file: File
    received: int
    addresses: dict[Variant, str]
    until_ms: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address opens."""

    file: File
    variant: Variant
    path: Path
    left_s: int


class Files:
    """Files of conversations; whose they are and who sees them is decided here."""

    def __init__(
        self,
        database: Database,
        hub: Hub,
        folder: Path,
        key: bytes,
        settings: Callable[[], ImSettings],
        visitors: VisitorRules,
        events: Events,
        clock: Clock = now_ms,
    ) -> None:
        """`folder` holds the bytes, `key` seals addresses, `visitors` knows their live chats."""
        events.subscribe(MessageDeleted, self._unsaid)
        events.subscribe(ConversationsErased, self._erased)
        self._database, self._hub, self._settings = database, hub, settings
        self._visitors, self._clock = visitors, clock
        self._store, self._signer = FileStore(folder), Signer(key)
        self._studio = Studio(self._store)
        self.uploads = Uploads(
            database,
            self._store,
            self._studio,
            lambda: settings().total_quota_mb * MEGABYTE,
            clock,
        )
        self._sweeper = regularly("sweep of files", self.sweep, every_s=SWEEP_S)

    async def start(self) -> None:
        """Remove what a crash left behind, and keep house from now on."""
        await asyncio.to_thread(self._store.open)
        await self._remove_strays()
        self._sweeper.start()

    async def stop(self) -> None:
        """Draw and keep house no longer."""
        await self._sweeper.stop()
        self._studio.stop()

    async def picture(self, data: bytes) -> tuple[str, bytes]:
        """A picture that is shown as it is: its media type, and its bytes written or drawn anew.

        Raises:
            Refused: it is no picture, or cannot be shown.
            StorageFull, Unavailable: nothing could be drawn.
        """
        text = text_of(data[:WINDOW])
        if text is not None and text.lstrip().startswith("<"):
            return svg.MEDIA_TYPE, await asyncio.to_thread(svg.clean, data)
        nature = sniff(data[:WINDOW], data[-WINDOW:], "")
        if not nature.picture:
            raise PictureUnknown
        return "image/webp", await self._studio.thumbnail(data, nature.picture)

    async def announce(self, principal: Principal, wanted: Announced) -> tuple[Seen, bool]:
        """Expect a file; see `Uploads.announce`."""
        allowance = await self._allowance(principal)
        file, fresh = await self.uploads.announce(principal.who, allowance, wanted)
        return self._seen(file, 0 if fresh else await self.uploads.received(file)), fresh

    async def receive(
        self,
        principal: Principal,
        file_id: str,
        offset: int,
        pieces: AsyncIterator[bytes],
        announced: int | None,
    ) -> Seen:
        """Take the next piece; see `Uploads.receive`."""
        allowance = await self._allowance(principal)
        file, received = await self.uploads.receive(
            principal.who, allowance, file_id, offset, pieces, announced
        )
        return self._seen(file, received)

    async def discard(self, principal: Principal, file_id: str) -> None:
        """Remove a file that was not sent.

        Raises:
            NotFound: not theirs.
            AlreadySent: it belongs to a conversation.
        """
        file = await self.uploads.own(principal.who, file_id)
        if not await self._database.write(lambda each: FileRepository(each).give_up(file.id)):
            raise AlreadySent
        await self._remove([file.id])

    async def send(
        self,
        principal: Principal,
        author: Author,
        conversation_id: str,
        client_id: str,
        file_id: str,
        epoch: int | None,
    ) -> Appended:
        """Say a file in a conversation: once, and there alone.

        Raises:
            NotFound: not a file, or not a conversation, of theirs.
            NotComplete: it has not arrived yet.
            Refused: it cannot be taken.
            AlreadySent: it was said before, under another `client_id`.
            ConversationClosed, StaleOwner, Unavailable: as `Hub.append` does.
        """
        file = await self.uploads.own(principal.who, file_id)
        file, received = await self.uploads.complete(await self._allowance(principal), file)
        raise_refusal(file)
        if file.state == State.UPLOADING:
            raise NotComplete(offset=received)
        if file.state == State.SENT and file.conversation_id != conversation_id:
            raise AlreadySent

        async def also(connection: AsyncConnection, event: Event) -> None:
            rows = FileRepository(connection)
            if not await rows.send(file.id, conversation_id, event.seq):
                raise AlreadySent

        post = Post("file", client_id, {"file": file_json(file)}, epoch, also)
        return await self._hub.take(principal.who, author, conversation_id, post)

    async def look(self, principal: Principal, file_id: str) -> Seen:
        """A file of one's own, or one that was said in a conversation one follows.

        Raises:
            NotFound: neither.
        """
        async with self._database.read() as connection:
            file = await FileRepository(connection).get(file_id)
        if file is None or file.state == State.REMOVED:
            raise NotFound
        if file.owner != principal.who:
            await self._check_said_to(principal.who, file)
        return self._seen(file, await self.uploads.received(file))

    async def said_in(self, conversation_id: str, file_id: str) -> Seen:
        """A file that was said in a conversation, for whoever may read all of that.

        Raises:
            NotFound: it was not.
        """
        async with self._database.read() as connection:
            file = await FileRepository(connection).get(file_id)
        if file is None or (file.state, file.conversation_id) != (State.SENT, conversation_id):
            raise NotFound
        return self._seen(file, file.length)

    async def fetch(self, file_id: str, variant: str, until: str, seal: str) -> Fetched:
        """What an address opens; it needs no session.

        Raises:
            AddressOver: it is too old, or was never good.
            NotFound: the file is gone.
        """
        now = self._clock()
        wanted = self._signer.check(file_id, variant, until, seal, now)
        async with self._database.read() as connection:
            file = await FileRepository(connection).get(file_id)
        if file is None or file.state not in (State.STORED, State.SENT):
            raise NotFound
        path = self._store.kept(file.id, wanted)
        if not await asyncio.to_thread(path.exists):
            raise AddressOver
        return Fetched(file, wanted, path, max(0, (int(until) - now) // 1000))

    def _seen(self, file: File, received: int) -> Seen:
        until_ms = good_until(self._clock())
        variants = [Variant.WHOLE] if file.state in (State.STORED, State.SENT) else []
        if file.pictured:
            variants += [Variant.THUMB, Variant.PREVIEW]
        addresses = {each: self._signer.address(file.id, each, until_ms) for each in variants}
        return Seen(file, received, addresses, until_ms)

    async def _check_said_to(self, who: str, file: File) -> None:
        if file.state != State.SENT or file.conversation_id is None or file.seq is None:
            raise NotFound
        try:
            participant = await self._hub.require_participant(who, file.conversation_id)
        except NotFound:
            raise NotFound from None  # without saying of which conversation
        if participant.from_seq >= file.seq:
            raise NotFound

    async def _allowance(self, principal: Principal) -> Allowance:
        """What this person may bring now.

        Raises:
            SendingForbidden: a user whose Wave privilege says no.
        """
        visitor = principal.kind == "visitor"
        allowance = self._settings().allowance(visitor=visitor)
        if not visitor:
            if Grant.FILE_TRANSFER not in principal.grants:
                raise SendingForbidden
            return allowance
        return allowance.narrowed(*await self._visitors.visitor_files(principal.id))

    async def sweep(self) -> int:
        """Remove what was never sent in time, and what no event says any more; how many."""
        removed = 0
        while expired := await self._expired():
            removed += await self._give_up(expired)
        after: str | None = ""
        while after is not None:
            async with self._database.read() as connection:
                unsaid, after = await FileRepository(connection).unsaid(after, PORTION)
            removed += await self._give_up(unsaid, even_sent=True)
        if removed:
            log.info("files removed", extra={"count": removed})
        return removed

    async def _unsaid(self, fact: MessageDeleted) -> None:
        """Somebody took a file back: it goes from the disk too."""
        async with self._database.read() as connection:
            said = await FileRepository(connection).said_at(fact.conversation_id, fact.seq)
        await self._give_up(said, even_sent=True)

    async def _erased(self, fact: ConversationsErased) -> None:
        await self.remove_said_in(fact.conversation_ids)

    async def remove_said_in(self, conversation_ids: Iterable[str]) -> int:
        """Conversations are gone: what was sent in them goes at once; how many files."""
        async with self._database.read() as connection:
            rows = FileRepository(connection)
            said = [each for one in conversation_ids for each in await rows.said(one)]
        return await self._give_up(said, even_sent=True)

    async def remove_of(self, owner: str) -> int:
        """Remove everything that somebody brought, said or not; how many files."""
        async with self._database.read() as connection:
            theirs = await FileRepository(connection).brought_by(owner)
        return await self._give_up(theirs, even_sent=True)

    async def _expired(self) -> list[str]:
        async with self._database.read() as connection:
            return await FileRepository(connection).expired(self._clock(), PORTION)

    async def _give_up(self, file_ids: list[str], *, even_sent: bool = False) -> int:
        async def work(connection: AsyncConnection) -> list[str]:
            rows = FileRepository(connection)
            return [each for each in file_ids if await rows.give_up(each, even_sent=even_sent)]

        given_up = await self._database.write(work) if file_ids else []
        await self._remove(given_up)
        return len(given_up)

    async def _remove(self, file_ids: list[str]) -> None:
        """Remove the bytes, then the rows: a crash between leaves rows, which are found again."""
        for file_id in file_ids:
            await asyncio.to_thread(self._store.remove, file_id)
        if file_ids:
            await self._database.write(lambda each: FileRepository(each).forget(file_ids))

    async def _remove_strays(self) -> None:
        arriving = await asyncio.to_thread(self._store.arriving)
        async with self._database.read() as connection:
            known = await FileRepository(connection).known(arriving)
        for file_id in arriving - known:
            await asyncio.to_thread(self._store.remove, file_id)
