"""A server with an API user, spoken to over real TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.program import Program
from tests.support.server import Server
from tests.support.ucm import UcmClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

USER, PASSWORD = "crm", "Api-crm-2026!"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    program = Program(server.url, "admin", "Demo-admin!")
    added = program.post("/v1/api-users", {"user": USER, "password": PASSWORD})
    assert added.status == 201, added.body
    return program


@pytest.fixture
def client(server: Server, admin: Program) -> UcmClient:
    """Knows the user's name and password and has not signed in."""
    assert admin
    return UcmClient("127.0.0.1", server.https_port, USER, PASSWORD)


@pytest.fixture
def api(client: UcmClient) -> UcmClient:
    """Signed in."""
    answer = client.login()
    assert answer.status == 0, answer
    return client


@pytest.fixture
def new_user(server: Server, admin: Program) -> Callable[..., UcmClient]:
    """Adds a further API user; a client that knows it."""

    def add(user: str, **fields: object) -> UcmClient:
        password = f"{PASSWORD}{user}"
        added = admin.post("/v1/api-users", {"user": user, "password": password, **fields})
        assert added.status == 201, added.body
        return UcmClient("127.0.0.1", server.https_port, user, password)

    return add
