"""Puts mails into words: which language, which template, which values, from whom."""

from __future__ import annotations

import logging
from datetime import UTC
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engage.i18n import SOURCE_LANGUAGE, closest
from engage.notify.kinds import KINDS
from engage.notify.message import compose
from engage.notify.settings import EmailSettings
from engage.notify.templates import Occasion, TemplateRefused, own_source, render, samples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from engage.notify.kinds import Kind
    from engage.notify.library import TemplateLibrary
    from engage.notify.message import Attachment, Envelope, Rendered
    from engage.notify.model import Mail
    from engage.notify.templates import Source
    from engage.system.configuration import Configuration

log = logging.getLogger(__name__)
SAMPLE_NAME = "Grace Hopper"


class Writing:
    """Fills templates in with what the installation has set."""

    def __init__(
        self,
        library: TemplateLibrary,
        configuration: Configuration,
        public_url: Callable[[], str],
        zone: Callable[[], tzinfo] = lambda: UTC,
        stop_path: Callable[[Mail], str] = lambda mail: "",
    ) -> None:
        """`stop_path`: where a recipient says that no more such mails are wanted, if anywhere."""
        self._library, self._configuration = library, configuration
        self._stop_path = stop_path
        self._public_url, self._zone = public_url, zone

    @property
    def host(self) -> str:
        """This server's name, by its public address."""
        return urlsplit(self._public_url()).hostname or "localhost"

    async def rendered(self, mail: Mail) -> Rendered:
        """A mail in the recipient's language.

        Raises:
            TemplateRefused: it cannot be written.
        """
        if mail.kind not in KINDS or mail.params is None:
            raise TemplateRefused(mail.kind)
        kind, language = KINDS[mail.kind], self._language_of(mail.language)
        occasion = self._occasion(language, mail.name, self._stop_link(mail))
        template = await self._library.used(kind, language)
        try:
            return render(kind, template.source, mail.params, occasion)
        except TemplateRefused:
            if not template.version:
                raise
            log.exception("template refused", extra={"kind": kind.name, "language": language})
            return render(kind, own_source(kind, language), mail.params, occasion)

    def envelope(
        self, mail: Mail, rendered: Rendered, attachments: Sequence[Attachment] = ()
    ) -> Envelope:
        """A mail as it is handed to a server.

        Raises:
            AddressRefused: an address in it is none.
        """
        settings = self._configuration.get(EmailSettings)
        sender = settings.sender(self.host)
        return compose(mail, rendered, sender, attachments, self._stop_link(mail))

    async def shown(self, mail: Mail) -> Rendered | None:
        """A mail without what opens accounts; None if it cannot be told."""
        if mail.kind not in KINDS or mail.params is None:
            return None
        kind, language = KINDS[mail.kind], self._language_of(mail.language)
        template = await self._library.used(kind, language)
        occasion = self._occasion(language, mail.name)
        try:
            return render(kind, template.source, mail.params, occasion, hide_secrets=True)
        except TemplateRefused:
            return None

    def sample(self, kind: Kind, source: Source, language: str) -> Rendered:
        """A template with sample values.

        Raises:
            TemplateRefused: it cannot be filled in.
        """
        occasion = self._occasion(language, SAMPLE_NAME)
        return render(kind, source, samples(kind, language), occasion)

    def _language_of(self, wanted: str) -> str:
        """The language a recipient is written to: theirs, else the installation's."""
        own = closest(wanted) if wanted else None
        usual = self._configuration.get(EmailSettings).language
        return own or closest(usual) or SOURCE_LANGUAGE

    def _stop_link(self, mail: Mail) -> str:
        path = self._stop_path(mail)
        return self._public_url().rstrip("/") + path if path else ""

    def _occasion(self, language: str, recipient_name: str, stop_link: str = "") -> Occasion:
        return Occasion(
            language,
            recipient_name,
            self._configuration.get(EmailSettings).sender_name,
            self._public_url().rstrip("/"),
            self._zone(),
            stop_link,
        )
