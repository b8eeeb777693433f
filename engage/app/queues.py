"""Call queues at work, wired: boards, the log and its figures."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.notify.settings import EmailSettings
from engage.queues import queuemetrics
from engage.queues.agent_log_routes import AgentLogRoutes
from engage.queues.board import Boards
from engage.queues.board_routes import BoardRoutes
from engage.queues.chairing import Chairing
from engage.queues.chairman_routes import ChairmanRoutes
from engage.queues.clearing import CounterClearing
from engage.queues.events import QueuesMoved
from engage.queues.hinting import Hints
from engage.queues.live import LiveQueues
from engage.queues.loading import Loading
from engage.queues.log import QueueLog
from engage.queues.looks import LooksOnDisk
from engage.queues.outbound import OutboundCalls
from engage.queues.own_report_routes import OwnReportRoutes
from engage.queues.own_reports import OwnReports
from engage.queues.queuemetrics import QueueMetricsSettings, check_loader
from engage.queues.report_routes import ReportRoutes
from engage.queues.reports import QueueReports
from engage.queues.scheduled.files import ReportFiles
from engage.queues.scheduled.routes import ReportScheduleRoutes
from engage.queues.scheduled.service import ReportSchedules
from engage.queues.settings import SECTION, QueueSettings
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.mailing import Mailer
    from engage.people.service import People
    from engage.processes.link import PbxLink
    from engage.queues.chairing import Talks
    from engage.queues.hinting import Send

USUAL_LEVEL_S = 60


class Book:
    """What people have arranged about queues."""

    def __init__(self, people: People) -> None:
        self._people, self._queues = people, people.queues

    def name(self, number: str) -> str:
        """What a queue is called."""
        queue = self._queues.known.get(number)
        return number if queue is None else queue.name

    def numbers(self) -> Sequence[str]:
        """Every queue."""
        return sorted(self._queues.known)

    def service_level_s(self, number: str) -> int:
        """Within how many seconds callers shall be answered."""
        queue = self._queues.known.get(number)
        return USUAL_LEVEL_S if queue is None else self._queues.rules(queue).service_level_s

    def static_login(self, number: str) -> bool:
        """Whether static agents of a queue may log in and out too."""
        queue = self._queues.known.get(number)
        return queue is not None and self._queues.rules(queue).static_login

    def served_by(self, agent: str) -> dict[str, bool]:
        """The queues of an agent, and whether he may log in and out there."""
        return {
            queue.number: self._queues.may_log_in(queue, each)
            for queue in self._queues.of_agent(agent)
            for each in queue.agents
            if each.number == agent
        }

    def is_agent(self, extension: str) -> bool:
        """Whether an extension serves any queue."""
        return bool(self._queues.of_agent(extension))

    def chaired_by(self, extension: str) -> set[str]:
        """The queues whose chairman an extension is."""
        return {
            number
            for number, queue in self._queues.known.items()
            if extension in self._queues.rules(queue).chairmen
        }

    def watchers(self, numbers: Collection[str]) -> set[str]:
        """The agents and chairmen of these queues; "" among them stands for all."""
        return {
            extension
            for number, queue in self._queues.known.items()
            if number in numbers or "" in numbers
            for extension in (
                *(each.number for each in queue.agents),
                *self._queues.rules(queue).chairmen,
            )
        }


class Queues:
    """What is going on in the queues, and what went on; `log` follows the PBX's journal."""

    def __init__(
        self,
        platform: Platform,
        pbx: PbxLink,
        people: People,
        send: Send,
        talks: Talks,
        mailer: Mailer,
    ) -> None:
        settings, metrics = _settings(platform)
        database, clock, book = platform.database, platform.clock, Book(people)

        def zone() -> ZoneInfo:
            return ZoneInfo(platform.time().time_zone)

        def name_of(key: str) -> str:
            return people.name_of(key) or book.name(key)

        self.live = people.queues.duty = LiveQueues(pbx, database)
        self.reports = QueueReports(
            database, book.service_level_s, zone, lambda: metrics().outbound_queue, clock
        )
        self.loading = Loading(database, metrics, platform.http_client)
        self.clearing = CounterClearing(
            self.live, people.queues.clearings, LooksOnDisk(database), zone, clock
        )
        outbound = OutboundCalls(lambda: metrics().told_outbound, book.is_agent)
        self.log = QueueLog(database, platform.events, outbound)
        self.report_files = ReportFiles(
            platform.settings.data.resolve() / "queue-reports",
            self.reports,
            name_of,
            clock,
            language=lambda: platform.configuration.get(EmailSettings).language,
        )
        self.schedules = ReportSchedules(database, mailer, self.report_files, clock)
        self.boards = Boards(self.live, book, people.name_of, lambda: settings().break_reasons)

        platform.events.subscribe(QueuesMoved, self.live.moved)
        platform.events.subscribe(QueuesMoved, Hints(send, book.watchers).moved)
        pbx.on_disconnected(self.live.forget)
        self.routes: Sequence[BaseRoute] = [
            *BoardRoutes(self.boards).routes(),
            *ChairmanRoutes(Chairing(self.boards, talks), self.boards).routes(),
            *ReportRoutes(self.reports, name_of).routes(),
            *AgentLogRoutes(self.reports, name_of).routes(),
            *OwnReportRoutes(OwnReports(self.reports, self.boards), name_of).routes(),
            *ReportScheduleRoutes(self.schedules).routes(),
        ]


def _settings(
    platform: Platform,
) -> tuple[Callable[[], QueueSettings], Callable[[], QueueMetricsSettings]]:
    """What is set for all queues, and for QueueMetrics, as it holds."""
    configuration = platform.configuration
    configuration.register(SECTION, QueueSettings, Module.QUEUES)
    configuration.register(
        queuemetrics.SECTION,
        QueueMetricsSettings,
        Module.QUEUES,
        check=partial(check_loader, platform.http_client),
    )
    return partial(configuration.get, QueueSettings), partial(
        configuration.get, QueueMetricsSettings
    )
