"""People, and the way to their sockets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.people.admin_routes import AdminRoutes, PrivilegeRoutes, WavePrivilegeRoutes
from engage.people.choice_routes import ChoiceRoutes
from engage.people.contacts.routes import ContactRoutes
from engage.people.contacts.service import Contacts
from engage.people.events import SessionEnded
from engage.people.extension_routes import ExtensionRoutes
from engage.people.group_routes import ExtensionGroupRoutes
from engage.people.import_routes import ImportRoutes
from engage.people.numbers import NumberRanges
from engage.people.own_calls_routes import OwnCallsRoutes
from engage.people.own_settings import OwnSettingsService
from engage.people.own_settings_routes import OwnSettingsRoutes
from engage.people.queue_routes import QueueRoutes
from engage.people.routes import PeopleRoutes
from engage.people.service import People
from engage.people.sign_in.routes.factors import FactorRoutes
from engage.people.sign_in.routes.passwords import PasswordRoutes
from engage.people.sign_in.routes.sessions import SessionRoutes
from engage.web.access import Access
from engage.web.sockets import Sockets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.notify.outbox import Outbox


class Everyone:
    """Who may enter, and the connections of who did."""

    def __init__(self, platform: Platform, outbox: Outbox) -> None:
        people = self.people = People(
            platform.database,
            platform.keyring,
            platform.events,
            platform.clock,
            policy=platform.security,
            ranges=partial(platform.configuration.get, NumberRanges),
        )
        people.links.send_by(outbox)
        people.extensions.rows.welcome_by(people.links, outbox)
        self.access = Access(people)
        self.sockets = Sockets(self.access)
        platform.events.subscribe(SessionEnded, self.access.session_ended)
        platform.events.subscribe(SessionEnded, self.sockets.session_ended)
        platform.metrics.follow(self.sockets)
        own_settings = OwnSettingsService(platform.database, people.extensions, self.sockets.send)
        hosts = platform.public_url.host_names
        self.routes: Sequence[BaseRoute] = [
            *PeopleRoutes(
                people, platform.metrics.signed_in, hosts, lambda: platform.time().time_zone
            ).routes(),
            *FactorRoutes(people, hosts).routes(),
            *SessionRoutes(people).routes(),
            *PasswordRoutes(people).routes(),
            *ExtensionRoutes(people.extensions).routes(),
            *ImportRoutes(people).routes(),
            *ExtensionGroupRoutes(people.groups).routes(),
            *QueueRoutes(people.queues, people.name_of).routes(),
            *AdminRoutes(people.administrators).routes(),
            *PrivilegeRoutes(people.privileges).routes(),
            *WavePrivilegeRoutes(people.wave_privileges).routes(),
            *ChoiceRoutes(people.choices).routes(),
            *OwnSettingsRoutes(own_settings).routes(),
            *OwnCallsRoutes(
                people.extensions, lambda: platform.time().calendar(), platform.clock
            ).routes(),
            *ContactRoutes(Contacts(platform.database, platform.events, platform.clock)).routes(),
        ]
