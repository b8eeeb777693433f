"""One server for all calls of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        without_mailboxes(running)
        yield running
        assert "Traceback" not in running.log


def without_mailboxes(server: Server) -> None:
    """Let callers hear that somebody is busy or away, and not his mailbox."""
    admin = Program(server.url, "admin", "Demo-admin!")
    for each in admin.get("/v1/extensions?limit=500").json()["items"]:
        body = {"options": {"hasvoicemail": "no"}}
        assert admin.patch(f"/v1/extensions/{each['number']}", body).status == 200
