"""What can be watched, put together from those who know it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.presence.packages.call_info import Appearance, CallInfoPackage, LineSeizePackage
from pbxcore.presence.packages.conference_info import ConferencePackage, Roster
from pbxcore.presence.packages.dialog_info import DialogInfo, DialogPackage
from pbxcore.presence.packages.feature_event import FeaturePackage
from pbxcore.presence.packages.message_summary import MessageSummary
from pbxcore.presence.packages.presence import Presence, PresencePackage, composed
from pbxcore.presence.packages.reg_info import RegPackage

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.directory import Mailbox
    from pbxcore.features.handling import CallHandling
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.outcome import Outcome
    from pbxcore.presence.package import Package
    from pbxcore.presence.publication import Publications
    from pbxcore.presence.registrar import Registrar

_UNDISTURBED: Final = (DialogInfo("dnd", "confirmed"),)
"""Lamps know no other way to show that somebody wants no calls than a call with nobody."""

_MOST_GONE: Final = 8


class States:
    """The present state of each extension, by event package; `waiting` knows the mailboxes."""

    def __init__(
        self,
        waiting: Callable[[str], Mailbox],
        registrar: Registrar,
        publications: Publications,
        handling: CallHandling,
    ) -> None:
        self._waiting = waiting
        self._registrar = registrar
        self._publications = publications
        self._handling = handling
        self._gone: dict[str, dict[str, str]] = {}
        self.calls: Callable[[str], tuple[DialogInfo, ...]] = lambda number: ()
        """Knows the calls of an extension."""
        self.appearances: Callable[[str], tuple[Appearance, ...]] = lambda number: ()
        """Knows those of a line."""
        self.host: Callable[[], bytes] = lambda: b"localhost"
        """What we are called."""
        self.roster: Callable[[str], Roster] = lambda number: Roster()
        """Knows who is in a conference room."""

    def unbound(self, outcome: Outcome) -> None:
        """Bindings are gone: know why, for as long as somebody may still have to be told."""
        known = self._gone.setdefault(outcome.number, {})
        for each in outcome.removed:
            known.pop(each.binding.contact, None)
            known[each.binding.contact] = each.cause
        for contact in list(known)[:-_MOST_GONE]:
            del known[contact]

    def _why_gone(self, number: str, contact: str) -> str:
        return self._gone.get(number, {}).get(contact, "")

    def packages(self) -> tuple[Package, ...]:
        """The packages that tell these states."""
        return (
            MessageSummary(self._waiting),
            PresencePackage(self.presence),
            DialogPackage(self.dialogs),
            RegPackage(self.bindings, self._why_gone),
            FeaturePackage(self._handling.features),
            CallInfoPackage(lambda number: self.appearances(number), lambda: self.host()),
            LineSeizePackage(),
            ConferencePackage(lambda number: self.roster(number)),
        )

    def presence(self, number: str) -> Presence:
        """Whether and how an extension can be reached."""
        return composed(
            registered=bool(self._registrar.of(number)),
            published=[each.presence for each in self._publications.of(number)],
            undisturbed=self._handling.undisturbed(number),
            state=self._handling.features(number).presence,
            calling=any(each.state == "confirmed" for each in self.calls(number)),
        )

    def dialogs(self, number: str) -> tuple[DialogInfo, ...]:
        """What an extension's calls are doing."""
        undisturbed = _UNDISTURBED if self._handling.undisturbed(number) else ()
        return undisturbed + self.calls(number)

    def bindings(self, number: str) -> tuple[StoredBinding, ...]:
        """Where an extension is registered."""
        return self._registrar.of(number)
