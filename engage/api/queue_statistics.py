"""What programs ask of queues at work: queueapi, loginLogoffQueueAgent, pauseUnpauseQueueAgent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from engage.api.actions import NEED_APPLY, required
from engage.api.documents import Document
from engage.api.queue_documents import FORMATS, details, history, overview
from engage.api.route_values import text
from engage.api.status import Refused, Status, bad_value, unknown
from engage.api.system_actions import applied
from engage.api.values import ANY_OTHER, BadValue, Choice, Whole
from engage.errors import N_, Conflict, NotFound
from engage.people.queue_entries import agent_of
from engage.queues.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.system_actions import Feed
    from engage.people.service import People
    from engage.queues.agent_times import Span
    from engage.queues.figures import Report, Stay
    from engage.queues.reports import QueueReports

KINDS: Final = ("overview", "calldetail", "loginhistory", "pausedhistory")
MOST: Final = 1000
LONGEST: Final = timedelta(days=400)
NO_DATE: Final = N_("This is no day such as 2026-11-24.")
ANYBODY: Final = ("", "*", "all")
EVERYBODY: Final = "admin"
"""Named as chairman of all queues."""
Told = TypeVar("Told", "Stay", "Span")


class QueueStatistics:
    """Figures of queues, and agents who come and go."""

    def __init__(self, people: People, reports: QueueReports, feed: Feed) -> None:
        self._people, self._queues, self._reports = people, people.queues, reports
        self._feed = feed

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
        chairman = text(asked, "queuechairman") or EVERYBODY
        begin, end = self._days(asked)
        queue, agent = (_one(asked, name) for name in ("queue", "agent"))
        most, offset = _whole(asked, "numRecords", MOST, MOST), _whole(asked, "offset", 10**9, 0)
        span = caller.actor, begin, end, queue, agent
        among = self._chaired(chairman, queue)
        zone = self._reports.zone()
        if kind == "overview":
            found = await self._reports.report(*span, queues=among or ())
            elements = overview(self._with_idle(found, queue, agent, among), chairman)
        elif kind == "calldetail":
            stays = _of(among, await self._reports.stays(*span))
            elements = details(stays[offset : offset + most], chairman, zone)
        else:
            which = "login" if kind == "loginhistory" else "break"
            spans = _of(among, await self._reports.spans(*span))
            elements = history(spans, chairman, zone, which)
            elements = elements[offset : offset + most]
        write, media_type = FORMATS[form]
        return Document(write(elements, kind), media_type)

    async def log_in_or_off(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """A dynamic agent serves a queue, or does not any more."""
        here = _choice(asked, "operatetype", ("login", "logoff")) == "login"
        queue, agent = required(asked, "extension", "queue"), required(asked, "interface", "agent")
        try:
            if here:
                await self._seat(caller, queue, _number(agent))
            await self._queues.set_logged_in(caller.actor, queue, _number(agent), here=here)
        except NotFound:
            raise unknown("interface", agent) from None
        except Conflict as refused:
            raise Refused(Status.NO_PERMISSION, refused.text) from None
        return {}

    async def pause_or_unpause(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """An agent of a queue, or of all, is not called for a while."""
        paused = _choice(asked, "operatetype", ("pause", "unpause")) == "pause"
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

    async def _seat(self, caller: Caller, queue: str, agent: str) -> None:
        """Make a dynamic agent of an extension that has no seat in the queue yet.

        Raises:
            NotFound: there is no such queue.
        """
        known = self._people.has_extension(agent)
        if known and await self._queues.seat(caller.actor, queue, agent):
            await applied(self._feed)  # who is to log in must be known there

    def _chaired(self, chairman: str, queue: str) -> Collection[str] | None:
        """The queues of a chairman, or the one of them that is named; None: everybody's.

        Raises:
            Refused: he is the chairman of none, or not of that one.
        """
        if chairman == EVERYBODY:
            return None
        found = [
            number
            for number, each in self._queues.known.items()
            if queue in ("", number) and chairman in self._queues.rules(each).chairmen
        ]
        if not found:
            raise unknown("queuechairman", chairman)
        return found

    def _with_idle(
        self, report: Report, queue: str, agent: str, among: Collection[str] | None
    ) -> Report:
        """Queues and agents that nobody called are told too."""
        entries = [
            each
            for each in self._queues.known.values()
            if queue in ("", each.number)
            and (among is None or each.number in among)
            and (not agent or agent_of(each, agent) is not None)
        ]
        seats = {seat.number for each in entries for seat in each.agents}
        return replace(
            report,
            queues=_all(report.queues, (each.number for each in entries)),
            agents=_all(report.agents, seats & {agent} if agent else seats),
        )

    def _days(self, asked: Parameters) -> tuple[int, int]:
        first = _day("startTime", required(asked, "starttime"))
        last = _day("endTime", text(asked, "endtime") or first.isoformat())
        if not timedelta() <= last - first < LONGEST or last == date.max:  # has no day after it
            raise bad_value("endTime", N_("Choose a time of 400 days at most."))
        zone = self._reports.zone()

        def at(day: date) -> int:
            return int(datetime.combine(day, time(), zone).timestamp() * 1000)

        return at(first), at(last + timedelta(days=1))


def _of(among: Collection[str] | None, found: list[Told]) -> list[Told]:
    """What is of these queues."""
    return found if among is None else [each for each in found if each.queue in among]


def _all(found: list[Figures], keys: Iterable[str]) -> list[Figures]:
    known = {each.key: each for each in found}
    idle = {key: Figures(key) for key in keys if key not in known}
    return [each for _, each in sorted({**known, **idle}.items())]


def _day(name: str, given: str) -> date:
    try:
        return date.fromisoformat(given.strip()[:10])
    except ValueError:
        raise bad_value(name, NO_DATE) from None


def _choice(asked: Parameters, name: str, among: tuple[str, ...], usual: str = "") -> str:
    """One of some words; without a usual one it must be there."""
    given = text(asked, name.lower()) or usual or required(asked, name)
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
        raise bad_value(name, ANY_OTHER)
    return "" if given in ANYBODY else given


def _number(interface: str) -> str:
    """The number in `PJSIP/2001` or `Agent/2001`."""
    return interface.strip().rpartition("/")[2]
