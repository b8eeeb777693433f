"""Live chat."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.livechat.administration_routes import LiveChatAdministrationRoutes
from engage.livechat.assignment_sockets import AssignmentSockets
from engage.livechat.banning.routes import BanRoutes
from engage.livechat.bots.part import BotPart
from engage.livechat.bots.routes import BotRoutes
from engage.livechat.browsing.routes import BrowsingRoutes
from engage.livechat.handing_over_routes import HandingOverRoutes
from engage.livechat.identity.routes import IdentityRoutes
from engage.livechat.identity.service import Identities
from engage.livechat.outcome_routes import OutcomeRoutes
from engage.livechat.quick_reply_routes import QuickReplyRoutes
from engage.livechat.routes import LiveChatRoutes
from engage.livechat.service import LiveChatService
from engage.livechat.sockets import LiveChatSockets
from engage.livechat.visitor_routes import VisitorRoutes
from engage.livechat.webhooks.alerts import WebhookAlerts
from engage.livechat.webhooks.part import Webhooks
from engage.livechat.webhooks.routes import WebhookRoutes
from engage.people.event_settings import EventSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.everyone import Everyone
    from engage.app.platform import Platform
    from engage.hub.service import Hub
    from engage.notify.outbox import Outbox
    from engage.people.model import AgentSeat


class Visitors:
    """Visitors of web sites, and the agents they reach."""

    def __init__(self, platform: Platform, everyone: Everyone, hub: Hub, outbox: Outbox) -> None:
        self._people = people = everyone.people
        hub.first_names(people.live_chat_seats.first_name)
        livechat = self.livechat = LiveChatService(
            platform.database,
            hub,
            everyone.sockets,
            people.live_chat_seats,
            platform.events,
            outbox,
            limits=lambda: platform.limits().limits(platform.exempt),
            calendar=lambda: platform.time().calendar(),
            clock=platform.clock,
        )
        everyone.access.admit(livechat)
        people.queues.consult(livechat.administration)
        people.extensions.consult(livechat.administration)
        LiveChatSockets(livechat).register(everyone.sockets)
        AssignmentSockets(livechat.assigner).register(everyone.sockets)
        identities = Identities(
            platform.database,
            platform.keyring,
            livechat.livechats,
            livechat.visitors,
            platform.clock,
        )
        self.webhooks = Webhooks(
            platform.database,
            platform.keyring,
            hub,
            livechat.livechats,
            platform.http_client,
            platform.events,
            platform.clock,
        )
        events = partial(platform.configuration.get, EventSettings)
        alerts = WebhookAlerts(outbox, lambda: events().told_of("webhook"))
        self.webhooks.sending.switched_off = alerts.switched_off
        livechat.bans.stored = self.webhooks.writing.banned
        bots = BotPart(
            platform.database, hub, livechat, self.webhooks, platform.events, platform.clock
        )
        public_url = platform.public_url
        administration = LiveChatAdministrationRoutes(
            livechat,
            public_url,
            lambda request: public_url.under(request.url.scheme, request.url.netloc),
        )
        self.routes: Sequence[BaseRoute] = [
            *LiveChatRoutes(livechat, identities).routes(),
            *IdentityRoutes(livechat, identities).routes(),
            *WebhookRoutes(self.webhooks.endpoints).routes(),
            *BotRoutes(bots.registry, bots.bots).routes(),
            *HandingOverRoutes(livechat.handing_over, livechat.invitations).routes(),
            *OutcomeRoutes(livechat.outcomes).routes(),
            *VisitorRoutes(livechat.cards).routes(),
            *BanRoutes(livechat.bans, livechat.livechats, platform.clock).routes(),
            *QuickReplyRoutes(livechat.quick_replies).routes(),
            *BrowsingRoutes(livechat.browsing, livechat.livechats, hub.shown).routes(),
            *administration.routes(),
        ]

    def agents_at(self, livechat_id: str) -> list[AgentSeat]:
        """Who serves a live chat's visitors."""
        destination = self.livechat.livechats.by_id(livechat_id).destination
        return self._people.agents_of(destination.kind, destination.values)
