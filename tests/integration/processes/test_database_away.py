"""PostgreSQL goes away and returns: readiness says so, and no restart by hand is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.postgres import Postgres
from tests.support.server import Server, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def postgresql() -> Iterator[Postgres]:
    """A server of this test's own, because it is stopped."""
    started = Postgres()
    started.start()
    yield started
    started.stop()
    started.remove()


def test_the_server_recovers_even_if_web_was_killed_meanwhile(postgresql: Postgres) -> None:
    with Server("--database", postgresql.make_database()) as server:
        postgresql.stop()
        wait_until(lambda: server.get("/readyz").status == 503, 20, "unreadiness")
        assert server.get("/healthz").status == 200
        parts = server.get("/readyz").json()["parts"]
        assert not parts["database"]["ready"]
        assert parts["pbx"]["ready"]
        server.kill9("web")
        wait_until(lambda: "database not available" in server.log, 20, "a start without it")
        postgresql.start()
        server.wait_ready()
        assert server.stop() == 0
