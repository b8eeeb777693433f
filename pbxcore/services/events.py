"""The event services wired together: one thing for the PBX to start, feed and stop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pbxcore.features.book import FeatureBook, differences
from pbxcore.features.handling import CallHandling
from pbxcore.presence.notifier import Notifier
from pbxcore.presence.packages.conference_info import ConferencePackage
from pbxcore.presence.packages.dialog_info import DialogPackage
from pbxcore.presence.packages.feature_event import CONTENT_TYPE as FEATURES
from pbxcore.presence.packages.feature_event import FeaturePackage
from pbxcore.presence.packages.message_summary import MessageSummary
from pbxcore.presence.packages.presence import PIDF, PresencePackage
from pbxcore.presence.packages.reg_info import RegPackage
from pbxcore.presence.publication import Publications
from pbxcore.presence.resource_list import RESOURCE_LISTS
from pbxcore.presence.states import States
from pbxcore.services.notices import Notices
from pbxcore.services.publications import PublicationService
from pbxcore.services.shared_lines import SharedLines
from pbxcore.services.subscriptions import UNDERSTOOD, SubscriptionService
from pbxcore.services.unasked import Unasked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.authentication import Authentication
    from pbxcore.calls.appearances import Appearances
    from pbxcore.calls.lines import Lines
    from pbxcore.directory import Directory, Mailbox
    from pbxcore.domain import Domain
    from pbxcore.features.model import Features
    from pbxcore.journal import Fact
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.gruu_ways import GruuWays
    from pbxcore.presence.keeping import EventStores
    from pbxcore.presence.outcome import Outcome
    from pbxcore.presence.packages.conference_info import Roster
    from pbxcore.presence.registrar import Registrar
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.timers import Timers
    from pbxcore.uas import Uas


_SEEN: Final = (PresencePackage.name, DialogPackage.name)
"""What shows whether somebody may be disturbed."""


class Events:
    """Who watches what, who publishes what, and what phones are told unasked.

    Args:
        directory: which extensions there are.
        domain: what is ours.
        authentication: who asks.
        registrar: who is registered.
        layer: the way to the phones.
        timers: call back after a REGISTER was answered, and when somebody is to be told.
        waiting: what waits in the mailbox of an extension.
        wake: wakes phones that sleep, and tells whether that is to be waited for.
        gruus: knows where phones are that gave a GRUU.
        stores: what lasts over a restart.
        record: takes each fact for the journal.
        now_ms: milliseconds UTC.
        entropy: that many unguessable bytes.

    Attributes:
        features: what users have set.
        handling: what that means for calls now.
    """

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        authentication: Authentication,
        registrar: Registrar,
        layer: TransactionLayer,
        timers: Timers,
        *,
        waiting: Callable[[str], Mailbox],
        wake: Callable[[Sequence[StoredBinding], Callable[[bool], None]], bool],
        gruus: GruuWays,
        stores: EventStores,
        record: Callable[[Fact], None],
        now_ms: Callable[[], int],
        entropy: Callable[[int], bytes],
    ) -> None:
        self._directory = directory
        self._stores = stores
        self._timers = timers
        self._held_publications = Publications()
        self.noticed: Callable[[str], None] = lambda number: None
        """Told whose phones, calls or wishes may be others now."""
        self.refreshed: Callable[[str], None] = lambda number: None
        """Told whose phones have registered, if only again."""
        self.features = FeatureBook(directory, stores.features, record, self._features_changed)

        def now() -> datetime:
            return datetime.fromtimestamp(now_ms() / 1000, UTC)

        self.handling = CallHandling(directory, self.features.of, now)
        self._undisturbed: set[str] = set()

        def waiting_for(number: str) -> Mailbox:
            return waiting(directory.line_of(number))

        self._states = States(waiting_for, registrar, self._held_publications, self.handling)
        self._notifier = Notifier(self._states.packages(), entropy)
        self._notices = Notices(directory, layer, entropy)
        self._subscriptions = SubscriptionService(
            directory,
            domain,
            authentication,
            layer,
            self._notifier,
            states=self._states,
            features=self.features,
            notices=self._notices,
            gruus=gruus,
            stores=stores,
            wake=wake,
            timers=timers,
            now_ms=now_ms,
        )
        self._publications = PublicationService(
            directory,
            domain,
            authentication,
            self._held_publications,
            stores=stores,
            changed=lambda number: self._subscriptions.changed(number, PresencePackage.name),
            now_ms=now_ms,
            entropy=entropy,
        )
        self._unasked = Unasked(
            directory,
            registrar,
            self._notifier,
            self._notices,
            waiting=waiting,
            wake=wake,
            entropy=entropy,
        )
        self._shared_lines = SharedLines(directory, self._subscriptions)
        self.check_sync = self._unasked.check_sync

    def serve(self, uas: Uas) -> None:
        """Take SUBSCRIBE and PUBLISH; OPTIONS tells what can be watched (RFC 6665 §4.4.4)."""
        bodies = (RESOURCE_LISTS, FEATURES)
        uas.serve(b"SUBSCRIBE", self._subscriptions.receive, understood=UNDERSTOOD, bodies=bodies)
        uas.serve(b"PUBLISH", self._publications.receive, bodies=(PIDF,))
        uas.abilities.append(self._notifier.allow_events)

    @property
    def packages(self) -> tuple[bytes, ...]:
        """The names of what can be watched."""
        return self._notifier.names

    def start(self) -> None:
        """Go on where the last process ended."""
        self.features.start()
        self._undisturbed = self._scheduled()
        self._publications.start()
        self._subscriptions.start()

    def stop(self) -> None:
        """Tell nobody any more."""
        self._subscriptions.stop()

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        return {
            "sip_subscriptions": len(self._notifier),
            "sip_publications": len(self._held_publications),
            "sip_notifications_total": self._notices.sent,
        }

    def follow_calls(
        self, lines: Lines, appearances: Appearances, host: Callable[[], bytes]
    ) -> None:
        """Let lamps show what these lines do; we are called `host`."""
        self._states.appearances, self._states.host = self._shared_lines.of, host
        self._states.calls = lines.dialogs
        packages = (DialogPackage.name, PresencePackage.name)

        def changed(number: str) -> None:
            self._subscriptions.changed(number, *packages)
            self._shared_lines.changed(number)
            self.noticed(number)

        lines.changed = changed
        self._shared_lines.follow(appearances)

    def follow_rooms(self, lines: Lines, roster: Callable[[str], Roster]) -> None:
        """Let lamps show that a conference is on or somebody waits, and watchers who is there."""
        self._states.roster = roster
        packages = (DialogPackage.name, PresencePackage.name, ConferencePackage.name)
        lines.place_changed = lambda number: self._subscriptions.changed(number, *packages)

    def tick(self) -> None:
        """Let publications expire, and hours begin and end in which nobody may disturb."""
        self._publications.tick()
        before, self._undisturbed = self._undisturbed, self._scheduled()
        for number in before ^ self._undisturbed:
            self._subscriptions.changed(number, *_SEEN)
            self.noticed(number)

    def registered(self, outcome: Outcome) -> None:
        """An extension's bindings are others now, or were refreshed."""
        self.refreshed(outcome.number)
        if outcome.removed:
            self._states.unbound(outcome)
        if outcome.added or outcome.removed:
            packages = (PresencePackage.name, RegPackage.name)
            self._subscriptions.changed(outcome.number, *packages)
            self.noticed(outcome.number)
        self._timers.call_soon(lambda: self._tell_phones(outcome))  # after its 200

    def refresh(self) -> None:
        """The directory is another now: extensions may be gone."""
        self.features.refresh()
        for number in self._numbers():
            if not self._directory.can_be_watched(number):
                self._subscriptions.drop(number)
                self._publications.drop(number)
        self._subscriptions.refresh_groups()

    def mailbox_changed(self, number: str) -> None:
        """Something else waits in a mailbox."""
        for each in self._directory.numbers_of(number):
            self._subscriptions.changed(each, MessageSummary.name)
        self._unasked.mailbox_changed(number)

    def _tell_phones(self, outcome: Outcome) -> None:
        """Tell phones that have registered what waits for them."""
        self._subscriptions.registered(outcome.number)
        if self._directory.settings.unsolicited_mwi:
            self._unasked.registered(outcome)

    def _scheduled(self) -> set[str]:
        """Who wants no disturbance at this time of the day."""
        return set(filter(self.handling.undisturbed, self.features.scheduled()))

    def _features_changed(self, number: str, before: Features, after: Features) -> None:
        changed = differences(before, after)
        seen = _SEEN if {"undisturbed", "presence"} & {*changed} else ()
        self._subscriptions.changed(number, FeaturePackage.name, *seen)
        self.noticed(number)

    def _numbers(self) -> set[str]:
        """Every extension that we hold something of."""
        return self._notifier.numbers() | set(self._held_publications.numbers())
