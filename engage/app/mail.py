"""Mails: written, kept in the outbox, sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.i18n import languages
from engage.notify.events import MailSettled
from engage.notify.incoming.collecting import Collecting
from engage.notify.incoming.routes import IncomingRoutes
from engage.notify.incoming.settings import NAME as INCOMING
from engage.notify.incoming.settings import IncomingSettings
from engage.notify.library import TemplateLibrary
from engage.notify.outbox import Outbox
from engage.notify.previews import Previews
from engage.notify.refusal_routes import RefusalRoutes
from engage.notify.routes import MailRoutes, TemplateRoutes
from engage.notify.sending import MailSending
from engage.notify.settings import NAME as EMAIL
from engage.notify.settings import RULED, EmailSettings, ruling
from engage.notify.trial import Trial
from engage.notify.writing import Writing
from engage.system.actor import Module
from engage.system.events import SectionChanged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform


class Mail:
    """Gives every slice that mails people the outbox."""

    def __init__(self, platform: Platform) -> None:
        database, configuration, clock = platform.database, platform.configuration, platform.clock
        rule = ruling(platform.settings.smtp)
        configuration.register(
            EMAIL, EmailSettings, Module.EMAIL, lambda: dict.fromkeys(rule, RULED), rule
        )
        self.outbox = Outbox(database, platform.keyring, platform.public_url, clock)
        library = TemplateLibrary(database, languages, clock)
        writing = Writing(
            library,
            configuration,
            platform.public_url,
            lambda: platform.time().calendar().zone,
            self.outbox.refusals.path,
        )
        sending = self.sending = MailSending(
            database, self.outbox, writing, configuration, platform.events, clock
        )
        configuration.register(INCOMING, IncomingSettings, Module.EMAIL)
        self.collecting = Collecting(database, configuration)
        platform.events.subscribe(SectionChanged, self.collecting.section_changed)
        trial = Trial(database, self.outbox, writing, configuration, clock)
        previews = Previews(clock)
        platform.events.subscribe(SectionChanged, sending.section_changed)
        platform.events.subscribe(MailSettled, platform.metrics.mail_settled)
        platform.metrics.follow_mails(lambda state: sending.figures.get(state, 0))
        self.routes: Sequence[BaseRoute] = [
            *MailRoutes(self.outbox, sending, trial, writing, previews).routes(),
            *RefusalRoutes(self.outbox.refusals).routes(),
            *IncomingRoutes(self.collecting).routes(),
            *TemplateRoutes(library, writing, previews).routes(),
        ]
