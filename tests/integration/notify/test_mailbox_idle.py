"""A mailbox that tells of new mail (RFC 2177), one that does not, and servers that are odd."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import threading
from email.message import EmailMessage
from typing import TYPE_CHECKING, cast

import pytest

from engage.notify.incoming import collecting as module
from engage.notify.incoming import idling
from engage.notify.incoming.collecting import Collecting
from engage.notify.incoming.imap import Mailbox, MailboxFailed, MailServer
from engage.notify.incoming.settings import NAME, IncomingSettings
from engage.system.events import SectionChanged
from tests.support.dovecot import USER, Dovecot
from tests.support.messaging import eventually

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from engage.notify.incoming.mail import Incoming
    from engage.storage.database import Database
    from engage.system.configuration import Configuration

NEVER_S = 3600.0
SOON_S = 15.0


class Settings:
    """The one section."""

    def __init__(self, dovecot: Dovecot) -> None:
        self.incoming = IncomingSettings(
            host="127.0.0.1",
            port=dovecot.tls_port or dovecot.port,
            security="tls" if dovecot.tls_port else "none",
            verify=False,
            user=USER,
            password=dovecot.password,
            address="support@example.test",
        )

    def get(self, _: object) -> IncomingSettings:
        return self.incoming


class House:
    """A mailbox, and who collects from it."""

    def __init__(self, database: Database, dovecot: Dovecot) -> None:
        self.dovecot, self.came = dovecot, asyncio.Queue[str]()
        self.settings = Settings(dovecot)
        self.collecting = Collecting(database, cast("Configuration", self.settings))
        self.collecting.handle = self._handle

    async def _handle(self, mail: Incoming) -> bool:
        await self.came.put(mail.subject)
        return True

    async def begin(self) -> None:
        """Collect; what lay there before is nobody's answer."""
        await self.collecting.start()
        await eventually(self._begun)

    async def _begun(self) -> bool:
        return bool(await self.collecting._place())  # noqa: SLF001 - from where on it reads

    async def deliver(self, subject: str) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@example.test", "support@x.test", subject
        mail.set_content("Hello")
        await asyncio.to_thread(self.dovecot.deliver, mail)

    async def next(self) -> str:
        async with asyncio.timeout(SOON_S):
            return await self.came.get()


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as running:
        yield running


@pytest.fixture(scope="module")
def plain() -> Iterator[Dovecot]:
    with Dovecot("imap_capability = IMAP4rev1 LITERAL+") as running:
        yield running


@pytest.fixture
async def house(database: Database, dovecot: Dovecot) -> AsyncIterator[House]:
    made = House(database, dovecot)
    yield made
    await made.collecting.stop()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Mailbox]:
    """Those that were opened."""
    opened, enter = list[Mailbox](), Mailbox.__enter__

    def entered(mailbox: Mailbox) -> Mailbox:
        opened.append(mailbox)
        return enter(mailbox)

    monkeypatch.setattr(Mailbox, "__enter__", entered)
    return opened


async def test_new_mail_is_told_at_once_and_over_one_connection(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_S", NEVER_S)
    await house.begin()
    for subject in ("one", "two", "three"):
        await house.deliver(subject)
        assert await house.next() == subject
    assert house.collecting.trouble == ""


async def test_many_mails_at_once_are_all_read(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_S", NEVER_S)
    monkeypatch.setattr(module, "PORTION", 2)
    await house.begin()
    for number in range(5):
        await house.deliver(str(number))
    assert [await house.next() for _ in range(5)] == list("01234")


async def test_other_settings_end_the_waiting(
    house: House, connections: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_S", NEVER_S)
    await house.begin()
    await house.deliver("before")
    assert await house.next() == "before"
    assert len(connections) == 1
    await house.collecting.section_changed(SectionChanged(NAME))
    await eventually(lambda: len(connections) == 2)
    await house.deliver("after")
    assert await house.next() == "after"


async def test_waiting_is_begun_anew_after_a_while(
    house: House, connections: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.05)
    monkeypatch.setattr(idling, "LONGEST_S", 0.2)
    await house.begin()
    await eventually(lambda: len(connections) >= 3, SOON_S)
    monkeypatch.setattr(idling, "LONGEST_S", NEVER_S)
    await house.deliver("late")
    assert await house.next() == "late"


async def test_new_mail_is_told_over_tls_and_the_waiting_ends_when_it_shall(
    database: Database, connections: list[Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_S", NEVER_S)
    with Dovecot(tls=True) as secured:
        house = House(database, secured)
        await house.begin()
        for subject in ("one", "two"):
            await house.deliver(subject)
            assert await house.next() == subject
        assert len(connections) == 1
        await house.collecting.section_changed(SectionChanged(NAME))
        await eventually(lambda: len(connections) == 2)
        await house.deliver("three")
        assert await house.next() == "three"
        async with asyncio.timeout(SOON_S):
            await house.collecting.stop()


async def test_a_server_that_says_nothing_holds_up_nobody_who_stops(
    database: Database, dovecot: Dovecot
) -> None:
    house = House(database, dovecot)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        house.settings.incoming = house.settings.incoming.model_copy(update={"port": port})
        await house.collecting.start()
        connection, _ = await asyncio.to_thread(silent.accept)
        with connection:
            async with asyncio.timeout(5):
                await house.collecting.stop()
            blocked = [each for each in threading.enumerate() if each.name.startswith("mailbox")]
            assert blocked
            assert all(each.daemon for each in blocked)  # the process may end


async def test_a_connection_that_breaks_while_it_idles_is_no_trouble(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "EVERY_S", NEVER_S)
    monkeypatch.setattr(module, "SPENT_S", 0.0)
    wait, broken = Mailbox.wait, threading.Event()

    def waited(mailbox: Mailbox) -> bool:
        if not broken.is_set():
            broken.set()
            mailbox.interrupt()
        return wait(mailbox)

    monkeypatch.setattr(Mailbox, "wait", waited)
    await house.begin()
    assert await asyncio.to_thread(broken.wait, SOON_S)
    await house.deliver("later")
    assert await house.next() == "later"
    assert house.collecting.trouble == ""
    assert "mailbox cannot be read" not in caplog.text


async def test_a_server_that_tells_nothing_is_asked(
    database: Database, plain: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.05)
    house = House(database, plain)
    await house.begin()
    await house.deliver("asked for")
    assert await house.next() == "asked for"
    await house.collecting.stop()


class Scripted:
    """A server that says what a test lets it; `heard` are the commands it got, without tags."""

    def __init__(self, *idle: str) -> None:
        self._idle, self.heard = list(idle), list[str]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        port = self._listener.getsockname()[1]
        return MailServer("127.0.0.1", port, "none", False, "u", "p", "INBOX")

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"* OK hello\r\n")
            idle = ""
            for line in lines:
                tag, _, command = line.decode().strip().partition(" ")
                self.heard.append(command or tag)
                match command or tag:
                    case "IDLE":
                        idle, said = tag, self._idle.pop(0).format(tag=tag)
                    case "DONE":
                        said = f"{idle} OK done\r\n"
                    case "CAPABILITY":
                        said = f"* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done\r\n"
                    case _:
                        said = f"{tag} OK done\r\n"
                connection.sendall(said.encode())
                if "BYE" in said:
                    return


def test_news_in_the_same_breath_are_heard() -> None:
    script = Scripted("* 1 EXISTS\r\n+ waiting\r\n", "+ waiting\r\n* 2 EXISTS\r\n")
    with script as server, Mailbox(server) as mailbox:
        assert mailbox.tells
        assert mailbox.wait()
        assert mailbox.wait()
    assert script.heard[-5:] == ["IDLE", "DONE", "IDLE", "DONE", "LOGOUT"]


def test_a_server_that_says_it_is_still_there_keeps_its_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idling, "LONGEST_S", 0.0)
    with Scripted("+ waiting\r\n") as server, Mailbox(server) as mailbox:
        assert mailbox.wait()


def test_a_server_that_will_not_have_it_is_asked_instead() -> None:
    with Scripted("{tag} BAD no\r\n") as server, Mailbox(server) as mailbox:
        assert mailbox.wait()
        assert not mailbox.tells


def test_a_server_that_goes_or_an_interruption_ends_the_waiting() -> None:
    with (
        Scripted("+ waiting\r\n* BYE see you\r\n") as server,
        Mailbox(server) as mailbox,
        pytest.raises(MailboxFailed),
    ):
        mailbox.wait()
    with Scripted("+ waiting\r\n") as server, Mailbox(server) as mailbox:
        threading.Timer(0.1, mailbox.interrupt).start()
        with pytest.raises(MailboxFailed):
            mailbox.wait()


def test_silence_spends_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling, "LONGEST_S", 0.1)
    with Scripted("+ waiting\r\n") as server, Mailbox(server) as mailbox:
        assert not mailbox.wait()


def test_imaplib_has_what_waiting_needs() -> None:
    assert {"readline", "send", "socket", "capability"} <= set(dir(imaplib.IMAP4))
