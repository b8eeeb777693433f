"""The whole application on each database, with a journal of calls that its PBX has told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest_asyncio

from engage.processes.link import PbxLink
from engage.settings import Settings, networks
from engage.telephony.journal_file import JournalWriter
from pbxcore.calls.commands import CallCommand, CallDone
from pbxcore.commands import JournalGrew
from pbxcore.journal import CallRecorded
from tests.support import site as support
from tests.support.call_story import Story
from tests.support.messaging import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from pbxcore.commands import Reply, Request
    from tests.support.postgres import Postgres
    from tests.support.site import Site

FILE = "monitor/2026-07/auto-1785000000-1001-1002.wav"
SOUND = bytes(range(256)) * 40


class TellingLink(PbxLink):
    """A PBX that tells what was written into its journal, and does what it is told about calls."""

    def __init__(self, absent: Path) -> None:
        super().__init__(absent)
        self.commands: list[Request] = []
        self.answer: Reply = CallDone(200, "call-new")

    def told(self) -> None:
        for callback in self._on_notice:
            callback(JournalGrew(0))

    async def request(self, command: Request, timeout_s: float = 35.0) -> Reply:
        if not isinstance(command, CallCommand):
            return await super().request(command, timeout_s)
        self.commands.append(command)
        return self.answer


@dataclass
class Office:
    """A site whose phones have called each other, and an administrator's token."""

    site: Site
    pbx: TellingLink
    admin: str
    calls: dict[str, str]
    data: Path


def told(folder: Path) -> dict[str, str]:
    """Write what the PBX would have: five calls that ended and one that is up."""
    story, calls = Story(), {}
    calls["simple"] = story.simple("1001", "1002", name="Ben Osei")
    story.tell(CallRecorded(calls["simple"], "rec-1", FILE, 31.0, ("a", "b")))
    story.wait(60.4)  # what follows begins between two whole seconds
    calls["group"] = story.group()
    story.wait(60)
    calls["inbound"] = story.simple(
        "", "1003", 5, direction="inbound", caller="95551000", original="5551000",
        name="Zoë 漢字", trunk="City Line",
    )  # fmt: skip
    story.wait(60)
    calls["missed"] = story.begin("1000", "1002", name="Ana Costa")
    story.ring(calls["missed"], "b", "1002")
    story.wait(20)
    story.end_leg(calls["missed"], "b", 487, "cancelled", 16)
    story.end(calls["missed"], "cancelled", 487)
    story.wait(60)
    calls["busy"] = story.begin("1000", "5559", name="Ana Costa", direction="outbound")
    story.ring(calls["busy"], "b", "5559", trunk="City Line")
    story.end_leg(calls["busy"], "b", 486, "busy", 17)
    story.end(calls["busy"], "busy", 486, 17)
    story.wait(60)
    calls["up"] = story.begin("1001", "1000", name="Ben Osei")
    story.ring(calls["up"], "b", "1000")
    story.answer(calls["up"], "b")
    writer = JournalWriter(folder)
    for entry in story.entries:
        writer.append(entry.fact, entry.at_ms)
    writer.close()
    return calls


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["sqlite", "postgresql"])
async def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres: Postgres
) -> AsyncIterator[Office]:
    """One for all tests of a module on each database: starting it hashes five passwords."""
    data = tmp_path_factory.mktemp("data")
    on: dict[str, Any] = (
        {"database": postgres.furnished.make()} if request.param == "postgresql" else {}
    )
    settings, pbx = Settings(data=data), TellingLink(data / "absent.sock")
    sound = settings.recordings / FILE
    sound.parent.mkdir(parents=True)
    sound.write_bytes(SOUND)
    on |= {"trusted_proxies": networks("127.0.0.1")}
    async with support.site(data, pbx=pbx, **on) as site:
        admin = await site.sign_in("admin", "Demo-admin!")
        calls = told(settings.journal)
        pbx.told()

        async def projected() -> bool:
            _, body = await site.json("GET", "/v1/calls/live", token=admin)
            return bool(body["total"] == 1)

        await eventually(projected)
        yield Office(site, pbx, admin, calls, data)
