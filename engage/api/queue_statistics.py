"""What programs ask of queues at work: queueapi, loginLogoffQueueAgent, pauseUnpauseQueueAgent."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from engage.api.actions import NEED_APPLY, required
from engage.api.documents import Document
from engage.api.queue_documents import FORMATS, details, history, overview
from engage.api.route_values import text
from engage.api.status import Refused, Status, bad_value, unknown
from engage.api.values import NO_LIST, BadValue, Choice, Whole
from engage.errors import N_, Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.people.queues import Queues
    from engage.queues.reports import QueueReports

KINDS: Final = ("overview", "calldetail", "loginhistory", "pausedhistory")
MOST: Final = 1000
LONGEST: Final = timedelta(days=400)
NO_DATE: Final = N_("This is no day such as 2026-11-24.")
ANYBODY: Final = ("", "*", "all")


class QueueStatistics:
    """Figures of queues, and agents who come and go."""

    def __init__(self, queues: Queues, reports: QueueReports) -> None:
        self._queues, self._reports = queues, reports

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "queueapi": self.statistics,
            "loginlogoffqueueagent": self.log_in_or_off,
            "pauseunpausequeueagent": self.pause_or_unpause,
        }

    async def statistics(self, caller: Caller, asked: Parameters) -> Document:
        """`queueapi`: the days from `startTime` to `endTime`, both with them."""
        kind = _choice(asked, "statisticsType", KINDS, "overview")
        form = _choice(asked, "format", tuple(FORMATS), "xml")
        chairman = text(asked, "queuechairman") or "admin"
        begin, end = self._days(asked)
        queue, agent = (_one(asked, name) for name in ("queue", "agent"))
        most, offset = _whole(asked, "numRecords", MOST, MOST), _whole(asked, "offset", 10**9, 0)
        span = caller.actor, begin, end, queue, agent
        zone = self._reports.zone()
        if kind == "overview":
            elements = overview(await self._reports.report(*span), chairman)
        elif kind == "calldetail":
            found = await self._reports.stays(*span)
            elements = details(found[offset : offset + most], chairman, zone)
        else:
            which = "login" if kind == "loginhistory" else "break"
            elements = history(await self._reports.spans(*span), chairman, zone, which)
            elements = elements[offset : offset + most]
        write, media_type = FORMATS[form]
        return Document(write(elements), media_type)

    async def log_in_or_off(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """A dynamic agent serves a queue, or does not any more."""
        here = _choice(asked, "operatetype", ("login", "logoff"), "") == "login"
        queue, agent = required(asked, "extension", "queue"), required(asked, "interface", "agent")
        try:
            await self._queues.set_logged_in(caller.actor, queue, _number(agent), here=here)
        except NotFound:
            raise unknown("interface", agent) from None
        except Conflict as refused:
            raise Refused(Status.NO_PERMISSION, refused.text) from None
        return {}

    async def pause_or_unpause(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """An agent of a queue, or of all, is not called for a while."""
        paused = _choice(asked, "operatetype", ("pause", "unpause"), "") == "pause"
        agent = _number(required(asked, "interface", "agent"))
        queue = text(asked, "extension") or text(asked, "queue")
        try:
            if queue:
                await self._queues.set_paused(caller.actor, queue, agent, paused=paused)
            else:
                await self._queues.set_paused_everywhere(caller.actor, agent, paused=paused)
        except NotFound:
            raise unknown("interface", agent) from None
        return NEED_APPLY

    def _days(self, asked: Parameters) -> tuple[int, int]:
        first = _day("startTime", required(asked, "starttime"))
        last = _day("endTime", text(asked, "endtime") or first.isoformat())
        if not timedelta() <= last - first < LONGEST or last == date.max:  # has no day after it
            raise bad_value("endTime", N_("Choose a time of 400 days at most."))
        zone = self._reports.zone()

        def at(day: date) -> int:
            return int(datetime.combine(day, time(), zone).timestamp() * 1000)

        return at(first), at(last + timedelta(days=1))


def _day(name: str, given: str) -> date:
    try:
        return date.fromisoformat(given.strip()[:10])
    except ValueError:
        raise bad_value(name, NO_DATE) from None


def _choice(asked: Parameters, name: str, among: tuple[str, ...], usual: str) -> str:
    given = text(asked, name.lower()) or usual
    try:
        found: str = Choice(among).read(given)
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None
    return found


def _whole(asked: Parameters, name: str, high: int, usual: int) -> int:
    given = text(asked, name.lower())
    if not given:
        return usual
    try:
        return int(Whole(0, high).read(given))
    except BadValue as bad:
        raise bad_value(name, bad.text, bad.params) from None


def _one(asked: Parameters, name: str) -> str:
    """A number; empty for all."""
    given = (text(asked, name) or "").strip()
    if "," in given:
        raise bad_value(name, NO_LIST)
    return "" if given in ANYBODY else given


def _number(interface: str) -> str:
    """The number in `PJSIP/2001` or `Agent/2001`."""
    return interface.strip().rpartition("/")[2]
