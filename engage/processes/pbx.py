"""The pbx part: SIP signalling in a loop that waits for no database and no web request."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from engage import errors
from engage.certificate import CertificateRefused
from engage.identifiers import now_ms
from engage.keyring import Keyring
from engage.processes import sip_certificates, unix
from engage.processes.append_log import LogFull
from engage.processes.ban_file import BanFile
from engage.processes.binding_file import BindingFile
from engage.processes.call_files import CallFiles
from engage.processes.connection import Connection
from engage.processes.event_files import EventFiles
from engage.processes.fax_folder import FaxFolder
from engage.processes.loop import run, until_stopped
from engage.processes.media_link import MediaLink
from engage.processes.part import YOUNG_CALLS, begin, settle
from engage.processes.renewal import keep_current
from engage.processes.sealed_directory import SealedDirectory
from engage.processes.voicemail_folder import VoicemailFolder
from engage.telephony.journal_file import JournalWriter
from pbxcore.commands import (
    ApplyDelta,
    JournalGrew,
    MessageArrived,
    MessageStored,
    PutSnapshot,
    WebSocketClosed,
    WebSocketMessage,
    WebSocketOpened,
)
from pbxcore.devices import KEY_PURPOSE
from pbxcore.directory import Directory
from pbxcore.health import Health, Probe
from pbxcore.journal import PbxStarted
from pbxcore.pbx import Audio, Outlets, Pbx, Prompts, Stores

if TYPE_CHECKING:
    from engage.processes.part import Leash
    from pbxcore.commands import Notice, Reply, Request, Told
    from pbxcore.journal import Fact
    from pbxcore.pbx import WebSockets

log = logging.getLogger(__name__)

LISTENERS = ("sip-udp", "sip-tcp", "sips")
BEAT_EVERY_S = 5.0
STORED_WITHIN_S = 25.0  # below the 32 s after which the phone gives up (RFC 3261 §17.1.2, Timer F)


class PbxPart:
    """The PBX between its sockets, its files and web."""

    def __init__(self, leash: Leash) -> None:
        plan = leash.handover.plan
        folder = Path(plan.data) / "pbx"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._leash = leash
        self._loop = asyncio.get_running_loop()
        self._web: list[Connection] = []  # the newest last; an old one may linger for a moment
        self._sockets: dict[Connection, WebSockets] = {}
        keyring = Keyring.of(Path(plan.data), plan.secret_key)
        self._sealed = SealedDirectory(folder / "directory.sealed", keyring)
        self._directory = Directory(self._sealed.load())
        self._bindings = BindingFile(folder / "bindings")
        self._bans = BanFile(folder / "bans")
        self._events, self._calls = EventFiles(folder), CallFiles(folder)
        self._journal = JournalWriter(folder / "journal", self._grew)
        self._record(PbxStarted(self._journal.beaten_at_ms))
        self._beat: asyncio.TimerHandle | None = None
        self._media = MediaLink(plan.run / "media.sock")
        self._pbx = Pbx(
            self._directory,
            Stores(
                self._bindings,
                self._bans,
                self._events.stores,
                self._calls.stores,
                VoicemailFolder(Path(plan.data) / "voicemail"),
                FaxFolder(Path(plan.data) / "faxes"),
            ),
            Outlets(self._record, self._arrived, self._tell),
            Audio(
                self._media,
                recordings=str(Path(plan.data).absolute() / "recordings"),
                prompts=Prompts(Path(plan.data) / "prompts"),
            ),
            device_key=keyring.derive(KEY_PURPOSE),
        )

    async def serve(self) -> None:
        """Serve until the supervisor says so, or is gone."""
        udp, tcp, tls = ([each] if each else [] for each in map(self._leash.listener, LISTENERS))
        renewal = self._show_certificates()
        self._media.start()
        await self._pbx.start(udp, tcp, tls)
        path = self._leash.handover.plan.run / "pbx.sock"
        server = await self._loop.create_unix_server(self._connection, sock=unix.listen(path))
        settle(YOUNG_CALLS)
        self._beat_on()
        self._leash.ready()
        log.info("pbx serves", extra={"directory": self._directory.version})
        await until_stopped(self._leash)
        renewal.cancel()
        await self._pbx.stop(4.0)
        await self._media.stop()
        server.close()
        for connection in self._web:
            connection.close()
        await self._sealed.flush()
        await self._bans.flush()
        await asyncio.to_thread(self._bindings.close)
        await asyncio.to_thread(self._events.close)
        await asyncio.to_thread(self._calls.close)
        if self._beat is not None:
            self._beat.cancel()
        await asyncio.to_thread(self._journal.close)

    def _beat_on(self) -> None:
        """Calls that a crash cuts off end, for their records, when this was done last."""
        self._journal.beat()
        self._beat = self._loop.call_later(BEAT_EVERY_S, self._beat_on)

    def _show_certificates(self) -> asyncio.Task[None]:
        """Use the certificates there are, and those that replace them later."""
        plan = self._leash.handover.plan
        files = (plan.settings.get(name) for name in ("certificate", "key"))
        certificate, key = (Path(each) if each else None for each in files)

        def choose() -> sip_certificates.Chosen:
            return sip_certificates.choose(Path(plan.data), certificate, key)

        def use(chosen: sip_certificates.Chosen) -> None:
            sip_certificates.show(chosen, self._pbx.use_certificates)

        chosen = choose()
        use(chosen)
        return self._loop.create_task(keep_current(chosen, choose, use))

    def _connection(self) -> Connection:
        return Connection(
            "pbx",
            answer=self._answer,
            notice=self._notice,
            opened=self._opened,
            closed=self._closed,
        )

    def _opened(self, connection: Connection) -> None:
        self._web.append(connection)
        self._sockets[connection] = self._pbx.web_sockets(connection.tell)

    def _closed(self, connection: Connection) -> None:
        if connection in self._web:
            self._web.remove(connection)
            self._sockets.pop(connection).lost()

    async def _answer(self, request: Request) -> Reply:
        reply = await self._pbx.handle(request)
        if isinstance(request, PutSnapshot | ApplyDelta):
            self._sealed.changed(self._directory)
        if isinstance(request, Probe) and isinstance(reply, Health):
            return self._with_disk(reply)
        return reply

    def _with_disk(self, health: Health) -> Health:
        problems = [
            f"{name}: {problem}"
            for name, problem in (
                ("journal", self._journal.problem),
                ("bindings", self._bindings.problem),
                ("events", self._events.problem),
                ("calls", self._calls.problem),
                ("directory", self._sealed.problem),
            )
            if problem
        ]
        if health.problem:
            problems.insert(0, health.problem)
        return Health(
            ready=health.ready and not problems,
            problem="; ".join(problems),
            figures=health.figures
            | self._media.figures()
            | {
                "journal_seq": float(self._journal.seq),
                "journal_unsynced": float(self._journal.seq - self._journal.synced_seq),
                "directory_version": float(self._directory.version),
            },
        )

    def _notice(self, connection: Connection, notice: Notice) -> None:
        if isinstance(notice, WebSocketOpened | WebSocketMessage | WebSocketClosed):
            self._sockets[connection].notice(notice)
        else:
            log.warning("odd notice", extra={"notice": type(notice).__name__})

    async def _arrived(self, arrived: MessageArrived) -> MessageStored | None:
        if not self._web:
            return MessageStored(503)
        try:
            reply = await self._web[-1].request(arrived, STORED_WITHIN_S)
        except errors.Unavailable as absent:
            log.warning("message not stored", extra={"id": arrived.id, **absent.params})
            return MessageStored(503)
        return reply if isinstance(reply, MessageStored) else None

    def _tell(self, notice: Told) -> bool:
        for connection in self._web[-1:]:
            connection.tell(notice)
        return bool(self._web)

    def _record(self, fact: Fact) -> None:
        try:
            self._journal.append(fact, now_ms())
        except LogFull:  # the disk has been full for long, and readiness says so: calls go first
            log.error("fact lost", extra={"fact": type(fact).__name__})

    def _grew(self, seq: int) -> None:
        """In the journal's thread: what is on disk, told to web from the loop."""
        self._loop.call_soon_threadsafe(self._tell_growth, seq)

    def _tell_growth(self, seq: int) -> None:
        for connection in self._web:
            connection.tell(JournalGrew(seq))


def main(descriptor: int) -> None:
    """Become the supervisor's pbx part."""
    run(_serve(begin("pbx", descriptor)))


async def _serve(leash: Leash) -> None:
    """Serve, or say what stands in the way."""
    try:
        part = PbxPart(leash)
    except OSError as failed:
        leash.refuse(f"the data folder cannot be used: {failed}")
    try:
        await part.serve()
    except CertificateRefused as refused:
        leash.refuse(str(refused))
