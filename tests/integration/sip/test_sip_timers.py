"""The one timer of all transactions, in the loop that the product runs in."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING

import pytest
import uvloop

from pbxcore.directory import Directory, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.net.endpoint import Endpoint
from pbxcore.watch import Watch

if TYPE_CHECKING:
    from pbxcore.sip.transactions.deadlines import Planned


class Moment:
    """Something that is due once."""

    planned: Planned | None = None

    def __init__(self, deadline: float) -> None:
        self.deadline: float | None = deadline
        self.came = asyncio.Event()

    def tick(self, now: float) -> None:
        """It is."""
        self.deadline = None
        self.came.set()


async def two_overdue_moments() -> None:
    loop, settings = asyncio.get_running_loop(), DomainSettings()
    watch = Watch(
        Directory(Snapshot(1, settings, ())), store=None, record=lambda _: None, clock=time.time
    )
    endpoint = Endpoint(lambda: settings, lambda _: None, secrets.token_bytes, watch)
    late, later = Moment(loop.time() - 1), Moment(loop.time() - 2)
    endpoint.layer.watch(late)
    endpoint.layer.watch(later)
    async with asyncio.timeout(5):
        await late.came.wait()
        await later.came.wait()


@pytest.mark.parametrize("run", [uvloop.run, asyncio.run])
def test_what_became_due_while_the_loop_was_busy_comes_at_once(run: object) -> None:
    assert callable(run)
    run(two_overdue_moments())
