"""Figures of live chats, wired: reports, and the daily summary of them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from engage.livechat.report_routes import LiveChatReportRoutes
from engage.livechat.reports import LiveChatReports
from engage.livechat.summary import DailySummary, Reader
from engage.livechat.summary_routes import SummaryRoutes
from engage.system.actor import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.everyone import Everyone
    from engage.app.platform import Platform
    from engage.app.visitors import Visitors
    from engage.notify.outbox import Outbox
    from engage.people.service import People


class Administrators:
    """Those who might want a summary."""

    def __init__(self, people: People) -> None:
        self._people = people

    def readers(self) -> list[Reader]:
        """Every administrator who is enabled."""
        return [
            Reader(
                each.id,
                each.display_name,
                each.email,
                each.language,
                self._people.rights_of(each).allow(Module.LIVECHAT, "view"),
            )
            for each in self._people.accounts()
            if each.role == "admin" and each.enabled
        ]

    def reader(self, user_name: str) -> Reader | None:
        """One of them."""
        accounts = {each.id: each.user_name for each in self._people.accounts()}
        return next(
            (each for each in self.readers() if accounts[each.account_id] == user_name), None
        )


class LiveChatFigures:
    """What is counted of live chats."""

    def __init__(
        self, platform: Platform, everyone: Everyone, visitors: Visitors, outbox: Outbox
    ) -> None:
        def zone() -> ZoneInfo:
            return ZoneInfo(platform.time().time_zone)

        self.reports = LiveChatReports(
            platform.database, visitors.livechat.livechats, zone, everyone.people.name_of
        )
        self.summary = DailySummary(
            platform.database,
            self.reports,
            Administrators(everyone.people),
            outbox,
            zone,
            platform.clock,
        )
        self.routes: Sequence[BaseRoute] = [
            *LiveChatReportRoutes(self.reports).routes(),
            *SummaryRoutes(self.summary).routes(),
        ]
