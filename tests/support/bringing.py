"""Files as people bring them: to the service on a database of a test, and over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engage.events import Events
from engage.files.service import Files
from engage.files.settings import ImSettings
from engage.files.uploads import Announced
from engage.hub.model import Author, Member
from engage.people.model import Grant, Principal
from tests.support.following import Connections, hub_of, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from engage.files.model import FileKind
    from engage.files.service import Seen
    from engage.hub.model import Appended
    from engage.storage.database import Database
    from tests.support.site import Site

GRANTS = frozenset(Grant)
ANA = Principal("user", "1000", "Ana Costa", "user:1000", "s1", grants=GRANTS)
BEN = Principal("user", "1001", "Ben Osei", "user:1001", "s2", grants=GRANTS)
VERA = Principal("visitor", "v1", "Vera", "visitor:v1", "s3")


async def pieces(*parts: bytes, then: Exception | None = None) -> AsyncIterator[bytes]:
    """A request's body; it may break off."""
    for part in parts:
        yield part
    if then is not None:
        raise then


class Clock:
    """The moment a test says it is."""

    ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms


@dataclass
class Cabinet:
    """The service of files, and a chat of Ana and Ben to say them in."""

    database: Database
    folder: Path
    settings: ImSettings = field(default_factory=ImSettings)
    clock: Clock = field(default_factory=Clock)
    events: Events = field(default_factory=Events)
    narrowed: tuple[int | None, frozenset[FileKind] | None] = (None, None)

    async def __aenter__(self) -> Cabinet:
        self.connections = Connections()
        self.hub = hub_of(self.database, self.connections)
        self.files = Files(
            self.database, self.hub, self.folder, b"k" * 32, lambda: self.settings, self,
            self.events, self.clock,
        )  # fmt: skip
        await self.files.start()
        self.chat = await self.chat_of(ANA, BEN)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.files.stop()
        await self.hub.stop()

    async def visitor_files(self, _: str) -> tuple[int | None, frozenset[FileKind] | None]:
        return self.narrowed

    async def chat_of(self, *people: Principal) -> str:
        members = [Member(each.who, each.name) for each in people]
        return await opened(self.hub, *members, kind="group")

    async def announce(
        self, length: int, name: str = "a.txt", *, who: Principal = ANA, key: str | None = None
    ) -> Seen:
        seen, _ = await self.files.announce(who, Announced(name, length, key))
        return seen

    async def bring(
        self, seen: Seen, offset: int, *parts: bytes, who: Principal = ANA, **more: Any
    ) -> Seen:
        return await self.files.receive(who, seen.file.id, offset, pieces(*parts, **more), None)

    async def brought(
        self, data: bytes, name: str = "a.txt", *, who: Principal = ANA, key: str | None = None
    ) -> Seen:
        """A file that has arrived."""
        seen = await self.announce(len(data), name, who=who, key=key)
        return await self.bring(seen, 0, data, who=who)

    async def say(
        self, seen: Seen, chat: str = "", key: str = "k", *, who: Principal = ANA
    ) -> Appended:
        author = Author("user", who.id, who.name)
        return await self.files.send(who, author, chat or self.chat, key, seen.file.id, None)

    def on_disk(self) -> list[str]:
        """Every file in the folder."""
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


async def upload(
    site: Site, token: str, data: bytes, name: str = "", *, expect: int = 200
) -> dict[str, Any]:
    """Announce and bring a file over HTTP; the last answer."""
    status, told = await site.json(
        "POST", "/v1/files", {"name": name, "size": len(data)}, token=token
    )
    if status == 201:
        status, told = await patch(site, token, told["id"], 0, data)
    assert status == expect, told
    return told


async def patch(
    site: Site, token: str, file_id: str, offset: int, data: bytes
) -> tuple[int, dict[str, Any]]:
    """Bring one piece."""
    headers = {"upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
    return await site.json("PATCH", f"/v1/files/{file_id}", token=token, headers=headers, data=data)


async def fetch(site: Site, address: str) -> tuple[bytes, Any]:
    """What an address opens, without any session."""
    async with site.http.get(site.url + address) as response:
        assert response.status == 200, await response.text()
        return await response.read(), response.headers
