"""A server to be killed, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server(database_url: str) -> Iterator[Server]:
    arguments = ["--database", database_url] if database_url.startswith("postgresql") else []
    with Server(*arguments) as running:
        yield running
