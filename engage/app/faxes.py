"""Faxes: whose they are, and what is left of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engage.faxes.log import FaxLog
from engage.faxes.retention import FaxRetention
from engage.faxes.routes import FaxRoutes
from engage.faxes.service import Faxes
from engage.faxes.settings import FaxSettings
from engage.mailing import Recipient
from engage.people.addresses import addresses_in
from engage.processes.fax_folder import forget
from pbxcore.faxes.library import installed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute

    from engage.app.platform import Platform
    from engage.dialplan.fax_extensions import FaxExtensionForm
    from engage.dialplan.service import DialplanObjects
    from engage.mailing import Mailer
    from engage.people.service import People


class FaxOwners:
    """Fax extensions, and extensions whose calls turned out to be faxes."""

    def __init__(
        self,
        people: People,
        extensions: DialplanObjects[FaxExtensionForm],
        settings: Callable[[], FaxSettings],
    ) -> None:
        self._people, self._extensions, self._settings = people, extensions, settings

    def recipients(self, number: str) -> Sequence[Recipient]:
        """Each address once; the default ones where there is no other.

        Programs name an address in place of a number. An extension may want none of its faxes.
        """
        if "@" in number:
            return [Recipient(each) for each in addresses_in(number)]
        forms = (each.form for each in self._extensions.entries if each.form.number == number)
        form = next(forms, None)
        if form is None:
            if not self._people.wants_faxes(number):
                return []
            found = self._of_people([number])
        else:
            found = [Recipient(each, form.name) for each in addresses_in(form.email)]
            found += self._of_people(form.members)
        if not found:
            found = [Recipient(each) for each in addresses_in(self._settings().email)]
        return list({each.address.casefold(): each for each in reversed(found)}.values())[::-1]

    def _of_people(self, numbers: Sequence[str]) -> list[Recipient]:
        return [found for each in numbers if (found := self._people.mail_to(each)) is not None]


class FaxDesk:
    """Faxes; `log` follows the PBX's journal, `retention` removes what was kept long enough."""

    def __init__(
        self,
        platform: Platform,
        people: People,
        extensions: DialplanObjects[FaxExtensionForm],
        mailer: Mailer,
    ) -> None:
        settings = partial(platform.configuration.get, FaxSettings)
        owners = FaxOwners(people, extensions, settings)
        self.log = FaxLog(owners, mailer, forget)
        folder = platform.settings.data.absolute() / "faxes"
        self.retention = FaxRetention(platform.database, settings, folder, platform.clock)
        self.received = faxes = Faxes(platform.database, folder, installed=installed())
        self.routes: Sequence[BaseRoute] = FaxRoutes(faxes).routes()
