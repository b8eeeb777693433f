"""A real PostgreSQL from Debian's package, and the databases that tests run on."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from sqlalchemy import make_url

from engage.storage.database import Database
from tests.support.background import result_of
from tests.support.copies import Copies
from tests.support.furnished import fill_now
from tests.support.migrated import make_file, migrate_now

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

ACCOUNT = "postgres"
NO_REPLICAS = ("wal_level=minimal", "max_wal_senders=0", "autovacuum=off")
NOT_DURABLE = ("fsync=off", "full_page_writes=off")
"""Yet with `synchronous_commit`: what was acknowledged outlives the server, if not the machine."""
_numbers = itertools.count(1)


class Postgres:
    """A server of our own in a temporary folder, reached over its Unix socket alone."""

    def __init__(self, *, durable: bool = False) -> None:
        self._bin = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="engage-pg-"))
        self.port = _free_port()
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        if self._as_root:
            os.chown(self.folder, pwd.getpwnam(ACCOUNT).pw_uid, -1)
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", ACCOUNT, "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip

    @property
    def _as_root(self) -> bool:
        return os.geteuid() == 0

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["-k", str(self.folder), "-p", str(self.port)]
        settings = ("listen_addresses=", *NO_REPLICAS, *(() if self._durable else NOT_DURABLE))
        for each in settings:
            options += ["-c", each]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", "-D", str(self._data), *options),
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.folder,
            )
        deadline = time.monotonic() + 30
        while True:
            found = subprocess.run(
                self._command("pg_isready", "-h", str(self.folder), "-p", str(self.port)),
                stdout=subprocess.DEVNULL,
                check=False,
                cwd=self.folder,
            )
            if found.returncode == 0:
                return
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once, as a crash of the machine's service would."""
        if self._process is not None:
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate", "-s")
            self._process.wait(timeout=30)
            self._process = None

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_database(self) -> str:
        """A new empty database; its address as SQLAlchemy writes it."""
        return self._create("template1")

    @cached_property
    def migrated(self) -> Copies:
        """Those with this release's schema."""
        url = self.make_database()
        migrate_now(url)
        return Copies(url, self._copy)

    @cached_property
    def furnished(self) -> Copies:
        """Those with the demonstration data; the keys are `bring_keys`'s."""
        url = self.migrated.make()
        fill_now(url)
        return Copies(url, self._copy)

    def _copy(self, url: str) -> str:
        return self._create(str(make_url(url).database))

    def _create(self, template: str) -> str:
        name = f"test{next(_numbers)}"

        async def create() -> None:
            connection = await asyncpg.connect(self.dsn("postgres"))
            try:
                await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            finally:
                await connection.close()

        result_of(create())
        return self.url(name)

    def url(self, name: str) -> str:
        """The address of a database of this server."""
        return f"postgresql://{ACCOUNT}@/{name}?host={self.folder}&port={self.port}"

    def dsn(self, name: str) -> str:
        """The same as asyncpg reads it."""
        return self.url(name)

    def _command(self, program: str, *arguments: str) -> list[str]:
        command = [str(self._bin / program), *arguments]
        if not self._as_root:
            return command
        return ["setpriv", f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--clear-groups", *command]

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            self._command(program, *arguments),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all tests; each test makes a database of its own."""
    server = Postgres()
    server.start()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of each kind without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engage.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.make_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of each kind, without rows."""
    if request.param == "sqlite":
        make_file(tmp_path / "engage.db")
        yield f"sqlite:///{tmp_path / 'engage.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.migrated.lent() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database of each kind, without rows."""
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: each.parent.name)
    if found:
        return found[-1]
    where = shutil.which("initdb")
    if where is None:
        pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
    return Path(where).resolve().parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
