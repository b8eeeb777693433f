"""`engage doctor`: what the server needs, whether it is there, and what to do if not."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage import settings as start_settings
from engage.certificate import CertificateRefused, ends_at
from engage.processes.lock import holder
from engage.processes.ports import PortRefused, bind_tcp, bind_udp

if TYPE_CHECKING:
    from collections.abc import Callable

    from engage.notify.settings import EmailSettings
    from engage.settings import Settings

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 500_000_000
ENDS_SOON = timedelta(days=14)
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)  # no honest clock is earlier


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` says what to do when it is not well."""

    what: str
    well: bool
    seen: str
    remedy: str = ""

    def as_dict(self) -> dict[str, object]:
        """For `--json`."""
        return asdict(self)


async def examine(settings: Settings) -> list[Finding]:
    """Look at everything; changes nothing but a file that is removed at once."""
    running = holder(settings.data)
    checks: list[Callable[[], Finding]] = [
        _python,
        _sqlite,
        lambda: _folder(settings.data),
        lambda: _journal(settings),
        lambda: _disk(settings.data),
        _clock,
        lambda: _certificate(settings),
        _front_end,
        lambda: _lock(settings, running),
    ]
    findings = [check() for check in checks]
    findings += [
        Finding("setting", False, line, "leave this setting out")
        for line in start_settings.unserved(settings)
    ]
    findings += [] if running is not None else _ports(settings)
    database = await _database(settings)
    findings.append(database)
    findings.append(await _smtp(settings, with_database=database.well))
    return findings


def _python() -> Finding:
    version = sys.version.split()[0]
    well = sys.version_info >= OLDEST_PYTHON
    return Finding("Python", well, version, "install Python 3.11 or newer")


def _sqlite() -> Finding:
    with sqlite3.connect(":memory:") as connection:
        options = {row[0] for row in connection.execute("PRAGMA compile_options")}
    connection.close()
    well = "ENABLE_FTS5" in options and sqlite3.sqlite_version_info >= (3, 38)
    seen = f"{sqlite3.sqlite_version}, FTS5 {'yes' if 'ENABLE_FTS5' in options else 'no'}"
    remedy = "use a Python whose SQLite is 3.38 or newer and has FTS5, or set --database"
    return Finding("SQLite", well, seen, remedy)


def _writable(folder: Path) -> str:
    """Why the folder, or what will hold it, cannot be written; empty when it can."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"engage")
            file.flush()
            os.fsync(file.fileno())
    except OSError as failed:
        return failed.strerror or str(failed)
    return ""


def _folder(data: Path) -> Finding:
    problem = _writable(data)
    remedy = f"let {_user()} write to {data}, or choose another folder by --data"
    return Finding("data folder", not problem, f"{data}: {problem or 'can be written'}", remedy)


def _journal(settings: Settings) -> Finding:
    problem = _writable(settings.journal)
    remedy = f"let {_user()} write to {settings.journal}"
    return Finding("journal", not problem, problem or "can be written", remedy)


def _disk(data: Path) -> Finding:
    there = next(each for each in (data, *data.parents) if each.exists())
    free = shutil.disk_usage(there).free
    remedy = "make room: the server stores nothing it cannot write"
    return Finding("disk", free >= LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free", remedy)


def _clock() -> Finding:
    now = datetime.now(UTC)
    seen = now.isoformat(timespec="seconds")
    remedy = "set the clock, and install chrony or systemd-timesyncd"
    synchronised = _synchronised()
    if synchronised is False:
        seen += ", not synchronised"
    return Finding("clock", now > RELEASED and synchronised is not False, seen, remedy)


def _synchronised() -> bool | None:
    """Whether the clock follows a time server; None where systemd does not tell."""
    timedatectl = shutil.which("timedatectl")
    if timedatectl is None:
        return None
    try:
        shown = subprocess.run(  # noqa: S603 - found on the path, fixed arguments
            [timedatectl, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return {"yes": True, "no": False}.get(shown.stdout.strip())


def _certificate(settings: Settings) -> Finding:
    path = settings.certificate or settings.data / "keys" / "certificate.pem"
    if settings.certificate is None and not path.exists():
        return Finding("certificate", True, "a self-signed one is made at the first start")
    remedy = "renew it; the server reads the new files by itself"
    try:
        end = ends_at(path)
    except CertificateRefused as refused:
        return Finding("certificate", False, str(refused), "give a PEM file by --certificate")
    well = end - datetime.now(UTC) > ENDS_SOON
    kind = "" if settings.certificate else " (self-signed)"
    return Finding("certificate", well, f"ends {end:%Y-%m-%d}{kind}", remedy)


def _front_end() -> Finding:
    manifest = Path(__file__).parent / "static" / "dist" / "manifest.json"
    remedy = "run ./run, or pip install . in the source folder"
    seen = "built" if manifest.exists() else "not built"
    return Finding("front end", manifest.exists(), seen, remedy)


def _lock(settings: Settings, running: int | None) -> Finding:
    seen = "no server runs on it" if running is None else f"a server runs (process {running})"
    if running is None or (settings.run / "control.sock").exists():
        return Finding("lock", True, seen)
    remedy = "it does not take commands yet; look at its log, or stop it by SIGTERM"
    return Finding("lock", False, seen, remedy)


def _ports(settings: Settings) -> list[Finding]:
    findings = []
    for name in start_settings.LISTENERS:
        at = getattr(settings, name)
        if at is None:
            continue
        try:
            bind_tcp(name, at.host, at.port).close()
            if name == "sip":
                bind_udp(name, at.host, at.port).close()
        except PortRefused as refused:
            remedy = f"stop what is there, or choose another address by --{name}"
            findings.append(Finding("port", False, str(refused), remedy))
        else:
            findings.append(Finding("port", True, f"{name} {at} is free"))
    return findings


async def _database(settings: Settings) -> Finding:
    """Connect and compare schemas; unlike the server's start this migrates nothing."""
    from sqlalchemy import make_url, text
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError
    from sqlalchemy.ext.asyncio import create_async_engine

    from engage.storage.migrations import HEAD

    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        if not _there(url.database):
            return Finding("database", True, "SQLite, made at the first start")
        url = url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    remedy = "see that it runs, and that --database names it and its password"
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    except (SQLAlchemyError, OSError) as failed:
        cause = failed.orig if isinstance(failed, DBAPIError) else failed
        return Finding("database", False, f"{type(cause).__name__}: {cause}", remedy)
    finally:
        await engine.dispose()
    if found != HEAD:
        seen = f"schema {found}, this release has {HEAD}"
        newer = "an older schema is brought up at the next start; a newer one needs its release"
        return Finding("database", str(found) < HEAD, seen, newer)
    return Finding("database", True, f"{url.get_backend_name()}, schema {found}")


async def _smtp(settings: Settings, *, with_database: bool) -> Finding:
    """Speak to the mail server as far as one can without sending anything."""
    from engage.notify.settings import EmailSettings, ruling
    from engage.notify.transport import Connection, NotSent

    rule = ruling(settings.smtp)
    email = EmailSettings.model_validate(rule) if rule else EmailSettings()
    if not rule and with_database:
        email = await _stored_email(settings) or email
    server = email.server()
    if server is None:
        return Finding("SMTP", True, "none set: emails wait in the outbox")
    connection = Connection(server, urlsplit(settings.public_url).hostname or "", patience=0.5)
    try:
        async with connection:
            seen = "; ".join(step.words for step in connection.steps)
    except NotSent as failed:
        remedy = "see that it runs, and correct --smtp or the email settings"
        return Finding(
            "SMTP", False, f"{server.host}:{server.port}: {failed.trouble.words}", remedy
        )
    return Finding("SMTP", True, f"{server.host}:{server.port}: {seen}")


async def _stored_email(settings: Settings) -> EmailSettings | None:
    """What the administration has set, if it can be read."""
    from sqlalchemy import make_url

    from engage.errors import EngageError
    from engage.events import Events
    from engage.keyring import Keyring, SealBroken
    from engage.notify.settings import NAME, EmailSettings
    from engage.storage.database import Database
    from engage.system.actor import Module
    from engage.system.configuration import Configuration

    if settings.secret_key is None and not (settings.data / "keys" / "secret").exists():
        return None
    database = Database(make_url(settings.database_url))
    configuration = Configuration(
        database, Keyring.of(settings.data, settings.secret_key), Events()
    )
    configuration.register(NAME, EmailSettings, Module.EMAIL)
    try:
        await configuration.start()
        await configuration.stop()
    except (EngageError, SealBroken):
        return None
    finally:
        await database.close()
    return configuration.get(EmailSettings)


def _there(path: str | None) -> bool:
    return Path(path or "").exists()


def _user() -> str:
    return os.environ.get("USER") or f"user {os.getuid()} on {socket.gethostname()}"
