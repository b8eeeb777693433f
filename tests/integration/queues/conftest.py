"""One server for all calls of these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.mailboxes import without_mailboxes
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--webhook-networks", "127.0.0.0/8") as running:  # a web loader is here
        without_mailboxes(running)
        yield running
        assert "Traceback" not in running.log
