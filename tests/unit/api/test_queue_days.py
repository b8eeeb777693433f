"""The days that `queueapi` is asked for."""

from __future__ import annotations

from datetime import UTC, tzinfo
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from engage.api.actions import Caller
from engage.api.queue_statistics import QueueStatistics
from engage.api.status import Refused, Status
from engage.queues.figures import Figures, Report
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Collection

    from engage.api.model import ApiUser
    from engage.api.system_actions import Feed
    from engage.people.service import People
    from engage.queues.reports import QueueReports

DAY_MS = 86_400_000


class Asked:
    """Reports that keep what they were asked for."""

    def zone(self) -> tzinfo:
        return UTC

    async def report(
        self, actor: object, begin_ms: int, end_ms: int, *only: str, queues: Collection[str]
    ) -> Report:
        self.span = begin_ms, end_ms
        return Report(Figures(""))


async def days(first: str, last: str) -> tuple[int, int]:
    reports = Asked()
    people = SimpleNamespace(queues=SimpleNamespace(known={}))
    statistics = QueueStatistics(
        cast("People", people), cast("QueueReports", reports), cast("Feed", None)
    )
    caller = Caller(cast("ApiUser", None), "", SYSTEM)
    await statistics.statistics(caller, {"starttime": first, "endtime": last})
    return reports.span


async def test_both_days_are_within() -> None:
    assert await days("1970-01-02", "1970-01-03") == (DAY_MS, 3 * DAY_MS)
    begin_ms, end_ms = await days("2025-01-01", "2026-02-04")
    assert end_ms - begin_ms == 400 * DAY_MS


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2026-01-01", "9999-12-31"),
        ("9999-12-31", "9999-12-31"),
        ("2025-01-01", "2026-02-05"),
        ("2026-01-02", "2026-01-01"),
    ],
)
async def test_more_than_400_days_and_days_that_are_none_are_refused(first: str, last: str) -> None:
    with pytest.raises(Refused) as refused:
        await days(first, last)
    assert refused.value.status == Status.INVALID_VALUE
    assert refused.value.params["name"] == "endTime"
