"""Reports that are mailed: at their moment, once, with what happened in the queues attached."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import insert

from engage.column_heads import KIND, heads
from engage.i18n import translate
from engage.keyring import Keyring
from engage.notify.outbox import Outbox
from engage.queues.reports import TIMES
from engage.queues.scheduled.files import KEPT_MS, ReportFiles
from engage.queues.scheduled.forms import ReportScheduleForm
from engage.queues.scheduled.model import Schedule
from engage.queues.scheduled.service import AGAIN_MS, ReportSchedules
from engage.queues.sheets import OF_LINES
from engage.storage.tables import queue_report_schedules
from engage.system.actor import SYSTEM
from tests.integration.queues.test_queue_reports import enter, reports, talk, write
from tests.support.mail_sink import MailSink
from tests.support.posting import PUBLIC_URL, Post, posting
from tests.support.site import AdjustableClock

if TYPE_CHECKING:
    from datetime import tzinfo

    from engage.storage.database import Database

DAY_MS = 86_400_000
NOON_MS = 20_000 * DAY_MS + DAY_MS // 2
ANA, BEN = "ana@example.test", "ben@example.test"


class Noon(AdjustableClock):
    """Stands until somebody moves it."""

    ms = NOON_MS

    def __call__(self) -> int:
        return self.ms


class House:
    """Schedules over an outbox; `again` is the server after a restart."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.clock = Noon()
        outbox = Outbox(database, Keyring(b"k" * 32), lambda: PUBLIC_URL, self.clock)
        self.post = Post(database, outbox, self.clock)
        self.schedules = self.again()

    def again(self, **more: Any) -> ReportSchedules:
        files = ReportFiles(self.folder, reports(self.database, **more), str, self.clock)
        return ReportSchedules(self.database, self.post.outbox, files, self.clock)

    async def add(self, **values: object) -> str:
        usual = {"name": "Support", "recipients": [ANA, BEN], "at": "13:00", "format": "both"}
        form = ReportScheduleForm.model_validate(usual | values)
        return (await self.schedules.add(SYSTEM, form)).id


@pytest.fixture
def house(database: Database, tmp_path: Path) -> House:
    return House(database, tmp_path / "queue-reports")


async def test_a_report_is_mailed_once_with_its_files(house: House) -> None:
    yesterday = NOON_MS - DAY_MS
    await write(house.database, enter(yesterday, "a"), *talk(yesterday + 5000, "a", 30))
    schedule = await house.add(queues=["6500"])
    async with MailSink() as sink, posting(house.post):
        await house.post.use(sink)
        assert await house.schedules.send_due() == 0, "not before its time"
        house.clock.ms += DAY_MS // 24
        assert await house.schedules.send_due() == 1
        assert await house.schedules.send_due() == 0
        assert await house.again().send_due() == 0, "a restart knows what was sent"
        mails = await sink.arrived(2)
    assert {each.recipients[0] for each in mails} == {ANA, BEN}
    message = mails[0].message
    assert message["subject"] == "Queue report: Support"
    assert "Calls of 6500 from 2024-10-03 to 2024-10-03." in mails[0].part("plain")
    files = {each.get_filename(): each for each in message.iter_attachments()}
    assert files.keys() == {
        "queue-report-day-2024-10-03.csv",
        "queue-report-day-2024-10-03.xlsx",
    }
    lines = files["queue-report-day-2024-10-03.csv"].get_payload(decode=True)
    assert isinstance(lines, bytes)
    rows = list(csv.DictReader(io.StringIO(lines.decode("utf-8-sig"))))
    [queue] = [each for each in rows if each["Kind"] == "Queue"]
    assert (queue["Key"], queue["Offered"], queue["Answered"]) == ("6500", "1", "1")
    sheet = files["queue-report-day-2024-10-03.xlsx"].get_payload(decode=True)
    assert isinstance(sheet, bytes)
    assert sheet.startswith(b"PK")
    found = await house.schedules.get(SYSTEM, schedule)
    assert (found.last_result, found.last_ms) == ("sent", house.clock.ms)
    assert found.next_ms == NOON_MS + DAY_MS // 24 + DAY_MS


async def test_live_chats_stand_in_the_same_file_where_that_is_wanted(house: House) -> None:
    files = ReportFiles(house.folder, reports(house.database), str, house.clock)

    async def tables(begin_ms: int, end_ms: int, zone: tzinfo, language: str) -> list[Any]:
        assert (end_ms - begin_ms, language) == (DAY_MS, "en")
        return [("Live chats", [("key", "inquiries"), ("demo", 42)])]

    files.livechats = tables
    plain = {"name": "Both", "recipients": [ANA], "format": "csv"}
    for wanted in (False, True):
        form = ReportScheduleForm.model_validate({**plain, "live_chats": wanted})
        made = await files.made(Schedule(f"s{wanted}", form), NOON_MS)
        text = await asyncio.to_thread(Path(made["csv"]).read_text, "utf-8-sig")
        assert ("Live chats\nkey,inquiries\ndemo,42\n" in text.replace("\r", "")) == wanted


async def test_files_are_in_the_language_of_the_installation(house: House) -> None:
    files = ReportFiles(house.folder, reports(house.database), str, house.clock, lambda: "de")
    form = ReportScheduleForm.model_validate({"name": "x", "recipients": [ANA], "format": "csv"})
    made = await files.made(Schedule("s", form), NOON_MS)
    text = await asyncio.to_thread(Path(made["csv"]).read_text, "utf-8-sig")
    head, total, *_ = list(csv.reader(io.StringIO(text)))
    assert head == heads((KIND, *OF_LINES, *TIMES), "de") != heads((KIND, *OF_LINES, *TIMES), "en")
    assert total[0] == translate("Total", "de")


async def test_what_was_due_while_the_server_was_away_goes_once(house: House) -> None:
    schedule = await house.add(recipients=[ANA])
    house.clock.ms += 3 * DAY_MS
    assert await house.again().send_due() == 1
    assert await house.again().send_due() == 0
    assert len(await house.post.all()) == 1
    found = await house.schedules.get(SYSTEM, schedule)
    assert found.next_ms == NOON_MS + DAY_MS // 24 + 3 * DAY_MS


async def test_two_servers_send_it_once(house: House) -> None:
    await house.add(recipients=[ANA])
    one, other = house.again(), house.again()
    house.clock.ms += DAY_MS
    [schedule] = await one.listed(SYSTEM)
    assert schedule.next_ms is not None
    assert await one.send_due() + await other.send_due() == 1
    assert len(await house.post.all()) == 1


async def test_it_can_be_sent_at_once_beside_its_moments(house: House) -> None:
    schedule = await house.add(recipients=[ANA], format="csv")
    sent = await house.schedules.send(SYSTEM, schedule)
    assert (sent.last_result, sent.next_ms) == ("sent", NOON_MS + DAY_MS // 24)
    house.clock.ms += 1000
    await house.schedules.send(SYSTEM, schedule)
    assert len(await house.post.all()) == 2


async def test_a_report_that_cannot_be_made_says_why_and_is_tried_the_next_time(
    house: House,
) -> None:
    yesterday = NOON_MS - DAY_MS
    await write(house.database, *(enter(yesterday, str(each)) for each in range(3)))
    schedule = await house.add(recipients=[ANA])
    found = await house.again(most_rows=2).send(SYSTEM, schedule)
    assert found.last_result == "This is too long."
    assert await house.post.all() == []


class FilesThatFail:
    """Cannot make the reports of one name."""

    def __init__(self, failing: str, failure: Exception) -> None:
        self.failing, self.failure = failing, failure
        self.asked: list[str] = []

    async def made(self, schedule: Schedule, at_ms: int) -> dict[str, str]:
        self.asked.append(schedule.form.name)
        if schedule.form.name == self.failing:
            raise self.failure
        return {}

    async def forget_old(self) -> None:
        """There is nothing."""


def over(house: House, files: FilesThatFail) -> ReportSchedules:
    return ReportSchedules(house.database, house.post.outbox, cast("Any", files), house.clock)


async def test_a_report_that_fails_unexpectedly_stops_no_other(house: House) -> None:
    bad = await house.add(name="Bad", recipients=[ANA], at="12:30")
    await house.add(name="Good", recipients=[ANA])
    files = FilesThatFail("Bad", KeyError("a verb nobody knows"))
    schedules = over(house, files)
    house.clock.ms += DAY_MS // 24
    assert await schedules.send_due() == 2
    assert await schedules.send_due() == 0
    assert files.asked == ["Bad", "Good"]
    assert len(await house.post.all()) == 1
    found = await schedules.get(SYSTEM, bad)
    assert (found.last_result, found.next_ms) == ("KeyError", NOON_MS + DAY_MS // 48 + DAY_MS)


async def test_a_full_disk_is_tried_again_on_the_same_day(house: House) -> None:
    late = await house.add(name="Full", recipients=[ANA])
    files = FilesThatFail("Full", OSError("No space left on device"))
    schedules = over(house, files)
    house.clock.ms += DAY_MS // 24
    await schedules.send_due()
    schedule = await schedules.get(SYSTEM, late)
    assert schedule.last_result == "No space left on device"
    assert schedule.next_ms == house.clock.ms + AGAIN_MS
    files.failing = ""
    house.clock.ms += AGAIN_MS
    await schedules.send_due()
    schedule = await schedules.get(SYSTEM, late)
    assert (schedule.last_result, schedule.next_ms) == ("sent", NOON_MS + DAY_MS // 24 + DAY_MS)

    files.failing = "Full"
    await schedules.change(SYSTEM, late, {"at": "23:55"}, None)
    house.clock.ms = NOON_MS + DAY_MS // 2 - 5 * 60_000
    await schedules.send_due()
    schedule = await schedules.get(SYSTEM, late)
    assert schedule.next_ms == house.clock.ms + DAY_MS, "after midnight it is of another day"


async def test_a_form_that_cannot_be_read_stops_no_other(house: House) -> None:
    await house.add(name="Good", recipients=[ANA])
    row = {"id": "bad", "form": {"name": "Bad", "every": "century"}, "next_ms": NOON_MS}
    more = {"created_at_ms": 1, "last_result": "", "version": 1}
    await house.database.write(
        lambda connection: connection.execute(insert(queue_report_schedules).values(**row, **more))
    )
    house.clock.ms += DAY_MS // 24
    assert await house.schedules.send_due() == 1
    assert [each.form.name for each in await house.schedules.listed(SYSTEM)] == ["Good"]


async def test_files_go_when_no_mail_needs_them(house: House) -> None:
    await house.schedules.send(SYSTEM, await house.add())
    assert len(list(house.folder.iterdir())) == 1
    house.clock.ms += KEPT_MS + 1000
    await house.schedules.send_due()
    old = [each for each in house.folder.iterdir() if str(NOON_MS) in each.name]
    assert old == []


async def test_a_change_counts_from_now_and_a_deleted_one_is_silent(house: House) -> None:
    schedule = await house.add(recipients=[ANA])
    changed = await house.schedules.change(SYSTEM, schedule, {"at": "11:00"}, 1)
    assert changed.next_ms == NOON_MS - DAY_MS // 24 + DAY_MS
    await house.schedules.delete(SYSTEM, schedule)
    house.clock.ms += 2 * DAY_MS
    assert await house.schedules.send_due() == 0
