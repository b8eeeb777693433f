"""Reports that are mailed: what administrators arrange, and when they go."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from engage.background import regularly
from engage.errors import EngageError, Invalid, NotFound, Unavailable
from engage.identifiers import new_id
from engage.mailing import post_to_each
from engage.queues.scheduled.forms import ReportScheduleForm
from engage.queues.scheduled.model import Schedule, days, next_run_ms
from engage.queues.scheduled.repository import ScheduleRepository
from engage.system.actor import SYSTEM, Module
from engage.system.operation_log import check_version, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.identifiers import Clock
    from engage.mailing import Mailer
    from engage.queues.scheduled.files import ReportFiles
    from engage.storage.database import Database
    from engage.system.actor import Actor

log = logging.getLogger(__name__)

LOOKS_EVERY_S: Final = 5.0
AGAIN_MS: Final = 600_000
"""Where a file could not be written, there may be room again after so long."""
SENT: Final = "sent"


class ReportSchedules:
    """Arranges them, and sends each once at its moment, however often the server is restarted.

    A run is one transaction: the mails are written, and the next moment is set. What was due while
    the server was away goes once.
    """

    def __init__(
        self, database: Database, mailer: Mailer, files: ReportFiles, clock: Clock
    ) -> None:
        self._database, self._mailer = database, mailer
        self._files, self._clock = files, clock
        self._worker = regularly("scheduled queue reports", self.send_due, every_s=LOOKS_EVERY_S)

    # What administrators do

    async def listed(self, actor: Actor) -> list[Schedule]:
        """Every one, the oldest first.

        Raises:
            Forbidden: without the right to see queues.
        """
        actor.check(Module.QUEUES, "view")
        async with self._database.read() as connection:
            return await ScheduleRepository(connection).all()

    async def get(self, actor: Actor, schedule_id: str) -> Schedule:
        """One.

        Raises:
            NotFound: there is none.
        """
        found = await self.listed(actor)
        schedule = next((each for each in found if each.id == schedule_id), None)
        if schedule is None:
            raise NotFound
        return schedule

    async def add(
        self, actor: Actor, form: ReportScheduleForm, client_id: str | None = None
    ) -> Schedule:
        """Add one; an earlier one of the same `client_id` is answered instead."""
        actor.check(Module.QUEUES)
        now = self._clock()
        new = Schedule(new_id(), form, next_run_ms(form, now), client_id=client_id)

        async def store(connection: AsyncConnection) -> Schedule:
            rows = ScheduleRepository(connection)
            known = None if client_id is None else await rows.made_by(client_id)
            if known is not None:
                return known
            await rows.add(new, now)
            await note(connection, actor, "queue_report.add", subject_of(new), _named(form))
            return new

        return await self._database.write(store)

    async def change(
        self, actor: Actor, schedule_id: str, given: Mapping[str, Any], version: int | None
    ) -> Schedule:
        """Change some fields; the next moment is the first from now on.

        Raises:
            NotFound: there is none.
            Edited: somebody else has changed it since `version`.
            ValidationError: the fields do not fit together.
        """
        actor.check(Module.QUEUES)

        async def store(connection: AsyncConnection) -> Schedule:
            rows = ScheduleRepository(connection)
            present = await self._existing(rows, schedule_id)
            await check_version(connection, subject_of(present), present.version, version)
            form = ReportScheduleForm.model_validate({**present.form.model_dump(), **given})
            changed = replace(
                present,
                form=form,
                next_ms=next_run_ms(form, self._clock()),
                version=present.version + 1,
            )
            await rows.put(changed)
            detail = {"fields": sorted(given)}
            await note(connection, actor, "queue_report.change", subject_of(changed), detail)
            return changed

        return await self._database.write(store)

    async def delete(self, actor: Actor, schedule_id: str) -> None:
        """Send it no more.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.QUEUES)

        async def store(connection: AsyncConnection) -> None:
            rows = ScheduleRepository(connection)
            gone = await self._existing(rows, schedule_id)
            await rows.drop(gone.id)
            await note(
                connection, actor, "queue_report.delete", subject_of(gone), _named(gone.form)
            )

        await self._database.write(store)

    async def send(self, actor: Actor, schedule_id: str) -> Schedule:
        """Send it now, beside its own moments; what becomes of it is its result.

        Raises:
            NotFound: there is none.
        """
        actor.check(Module.QUEUES)
        schedule = await self.get(actor, schedule_id)
        await self._run(schedule, self._clock(), actor, by_itself=False)
        return await self.get(actor, schedule_id)

    # By itself

    async def start(self) -> None:
        """Begin to look what is due."""
        self._worker.start()

    async def stop(self) -> None:
        """What is not sent yet is due at the next start."""
        await self._worker.stop()

    async def send_due(self) -> int:
        """Send what is due; how many reports."""
        async with self._database.read() as connection:
            due = await ScheduleRepository(connection).due(self._clock())
        sent = 0
        for schedule_id in due:
            try:
                sent += await self._send_due(schedule_id)
            except Unavailable:
                raise
            except Exception:  # the others go all the same
                log.exception("queue report not sent", extra={"schedule": schedule_id})
        await self._files.forget_old()
        return sent

    async def _send_due(self, schedule_id: str) -> bool:
        async with self._database.read() as connection:
            found = await ScheduleRepository(connection).all()
        schedule = next((each for each in found if each.id == schedule_id), None)
        if schedule is None:  # deleted meanwhile, or a form that cannot be read
            later_ms = self._clock() + AGAIN_MS
            await self._database.write(
                lambda connection: ScheduleRepository(connection).postpone(schedule_id, later_ms)
            )
            return False
        if schedule.next_ms is None:
            return False
        return await self._run(schedule, schedule.next_ms, SYSTEM, by_itself=True)

    async def _run(self, schedule: Schedule, at_ms: int, actor: Actor, *, by_itself: bool) -> bool:
        """Make the report of a moment and mail it; whether that was still to be done."""
        files: dict[str, str] = {}
        result, tried_again = SENT, False
        try:
            files = await self._files.made(schedule, at_ms)
        except Unavailable:
            raise
        except EngageError as refused:
            result = _why(refused)
        except OSError as failed:
            log.warning("queue report not written", extra={"reason": str(failed)})
            result, tried_again = str(failed)[:200], True
        except Exception as failed:
            log.exception("queue report not made", extra={"schedule": schedule.id})
            result = type(failed).__name__

        async def store(connection: AsyncConnection) -> bool:
            rows = ScheduleRepository(connection)
            present = await rows.get(schedule.id)
            if present is None or (by_itself and present.next_ms != at_ms):
                return False  # somebody was faster, or has changed it meanwhile
            if result == SENT:
                await self._mail(connection, present, at_ms, files)
            now = self._clock()
            next_ms = present.next_ms
            if by_itself:
                form = present.form
                next_ms = _next_try_ms(form, at_ms, now) if tried_again else next_run_ms(form, now)
            done = replace(present, next_ms=next_ms, last_ms=now, last_result=result)
            await rows.put(done)
            detail = _named(present.form) | {"result": result}
            await note(connection, actor, "queue_report.send", subject_of(done), detail)
            return True

        return await self._database.write(store)

    async def _mail(
        self, connection: AsyncConnection, schedule: Schedule, at_ms: int, files: dict[str, str]
    ) -> None:
        first, last = days(schedule.form, at_ms)
        params: dict[str, str | int] = {
            "report_name": schedule.form.name,
            "queues": ", ".join(schedule.form.queues),
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "link": "/admin/#/queue-report",
            "csv": files.get("csv", ""),
            "xlsx": files.get("xlsx", ""),
        }
        recipients, occasion = schedule.form.recipients, f"{schedule.id}:{at_ms}"
        await post_to_each(
            self._mailer, connection, "queue_report", recipients, params, occasion=occasion
        )

    async def _existing(self, rows: ScheduleRepository, schedule_id: str) -> Schedule:
        found = await rows.get(schedule_id)
        if found is None:
            raise NotFound
        return found


def subject_of(schedule: Schedule) -> str:
    """A schedule as the operation log names it."""
    return f"queue_report:{schedule.id}"


def _next_try_ms(form: ReportScheduleForm, at_ms: int, now_ms: int) -> int | None:
    """When the report of a moment is tried again: while it would be about the same days."""
    next_ms, again_ms = next_run_ms(form, now_ms), now_ms + AGAIN_MS
    if next_ms is None or next_ms <= again_ms or days(form, again_ms) != days(form, at_ms):
        return next_ms
    return again_ms


def _named(form: ReportScheduleForm) -> dict[str, str]:
    return {"name": form.name}


def _why(refused: EngageError) -> str:
    fields = refused.fields.values() if isinstance(refused, Invalid) else ()
    return next(iter(fields), refused.text)
