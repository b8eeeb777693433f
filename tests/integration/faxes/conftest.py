"""One server with its mail going to a sink, for all tests of faxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from pbxcore.faxes.library import installed
from tests.support.mail_sink import MailSink
from tests.support.program import Program
from tests.support.server import Server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sink() -> AsyncIterator[MailSink]:
    if not installed():
        pytest.skip("libspandsp is not installed")
    async with MailSink() as running:
        yield running


@pytest.fixture(scope="module")
def server(sink: MailSink) -> Iterator[Server]:
    with Server("--smtp", f"smtp://127.0.0.1:{sink.port}") as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture(scope="module")
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")
