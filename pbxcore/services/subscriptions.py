"""SUBSCRIBE: phones watch mailboxes, people, lines and their own features (RFC 6665)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.markup import NotMarkup
from pbxcore.presence.notifier import Forget, Keep, Notify
from pbxcore.presence.package import chosen_type
from pbxcore.presence.packages.call_info import LineSeizePackage
from pbxcore.presence.packages.conference_info import ConferencePackage
from pbxcore.presence.packages.feature_event import CONTENT_TYPE as FEATURES
from pbxcore.presence.packages.feature_event import FeaturePackage, changed_by
from pbxcore.presence.packages.message_summary import MessageSummary
from pbxcore.presence.push import is_same_phone, sleeper
from pbxcore.presence.reach import Way, target_along, way_to
from pbxcore.presence.registrar import granted_expiry
from pbxcore.presence.resource_list import MOST_MEMBERS
from pbxcore.presence.subscription import Subscription, read_subscribe
from pbxcore.services.lists import Lists
from pbxcore.services.notices import Notice, Written, contact_line
from pbxcore.sip.dialogs.dialog import dialog_id_of, dialog_of_request
from pbxcore.sip.flow import host_port
from pbxcore.sip.grammar import bare
from pbxcore.sip.uri import SipUri, parse_uri

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pbxcore.authentication import Authentication
    from pbxcore.directory import Directory, Extension
    from pbxcore.domain import Domain
    from pbxcore.features.book import FeatureBook
    from pbxcore.features.model import Features
    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.gruu_ways import GruuWays
    from pbxcore.presence.keeping import EventStores
    from pbxcore.presence.notifier import Notifier, Output
    from pbxcore.presence.package import Package
    from pbxcore.presence.states import States
    from pbxcore.presence.subscription import Asked
    from pbxcore.services.notices import Notices
    from pbxcore.sip.message import Request
    from pbxcore.sip.transactions.incoming import Incoming
    from pbxcore.sip.transactions.layer import TransactionLayer
    from pbxcore.timers import Timer, Timers

log = logging.getLogger(__name__)

UNDERSTOOD: Final = (b"eventlist", b"recipient-list-subscribe")
_HOLD_MORE_S: Final = 60.0
_WORTH_WAKING: Final = frozenset({MessageSummary.name})
"""What a phone is woken for (RFC 8599): a lamp that nobody looks at can wait until it is awake."""


class SubscriptionService:
    """Takes subscriptions and keeps their watchers told.

    Args:
        directory: which extensions there are.
        domain: what is ours.
        authentication: who asks.
        layer: the way to the phones.
        notifier: decides who is told what, and when.
        states: what there is to tell.
        features: what users have set.
        notices: sends NOTIFYs.
        gruus: knows where phones are that gave a GRUU.
        stores: what lasts over a restart.
        wake: wakes phones that sleep, and tells whether that is to be waited for.
        timers: call back when somebody is to be told.
        now_ms: milliseconds UTC.
    """

    def __init__(
        self,
        directory: Directory,
        domain: Domain,
        authentication: Authentication,
        layer: TransactionLayer,
        notifier: Notifier,
        *,
        states: States,
        features: FeatureBook,
        notices: Notices,
        gruus: GruuWays,
        stores: EventStores,
        wake: Callable[[Sequence[StoredBinding], Callable[[bool], None]], bool],
        timers: Timers,
        now_ms: Callable[[], int],
    ) -> None:
        self._directory = directory
        self._domain = domain
        self._authentication = authentication
        self._layer = layer
        self._notifier = notifier
        self._states = states
        self._features = features
        self._notices = notices
        self._gruus = gruus
        self._lists = Lists(directory, domain)
        self._stores = stores
        self._wake = wake
        self._timers = timers
        self._now_ms = now_ms
        self._timer: Timer | None = None
        self._armed_ms = 0
        self.admit: Callable[[bytes, str, Request, int], None] = lambda *_: None
        """Asked about each SUBSCRIBE of a watcher, as the last; raises what it is refused with."""

    def start(self) -> None:
        """Go on where the last process ended."""
        self._notifier.restore(self._stores.subscriptions.load().values(), self._now_ms())
        self._arm()

    def stop(self) -> None:
        """Tell nobody any more; subscriptions go on after the restart."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def receive(self, incoming: Incoming) -> None:
        """Take one SUBSCRIBE.

        Raises:
            RemoteProtocolError: the refusal to answer with.
        """
        asked = read_subscribe(incoming.request, self._notifier.allow_events)
        package = self._notifier.package_of(asked.event)
        watcher = self._authentication.extension_of(incoming)
        if incoming.head.to.tag is None:
            subscription = self._new(incoming, asked, package, watcher)
        else:
            subscription = self._known(incoming, asked, watcher)
        expires_s = self._granted(asked, package)
        self.admit(package.name, watcher.number, incoming.request, expires_s)
        features = self._asked_features(incoming, package, watcher.number)
        subscription.came_by(incoming.flow)
        incoming.keep()
        if expires_s:
            self._layer.wire.hold(incoming.flow, expires_s + _HOLD_MORE_S)
        outputs = self._notifier.subscribe(subscription, expires_s, self._now_ms())
        self._save(outputs)  # what is accepted outlasts us
        self._accept(incoming, subscription, expires_s)
        self._tell(outputs, awake=True)
        if features is not None:
            self._features.set(watcher.number, features)

    def changed(self, number: str, *packages: bytes) -> None:
        """The state of an extension is another now, as seen by these packages."""
        for package in packages:
            if self._notifier.is_watched(package, number):  # rarely, and calls change much
                self._perform(self._notifier.changed(package, number, self._now_ms()))

    def registered(self, number: str) -> None:
        """Phones of an extension have registered: those that slept are told what they missed."""
        for each in self._notifier.asleep(number):
            slept = each.asleep
            for phone in self._states.bindings(number):
                if slept and is_same_phone(phone, slept) and phone != slept:
                    outputs = self._notifier.woken(each, phone, self._now_ms())
                    self._save(outputs)
                    self._tell(outputs, awake=True)
                    break

    def end(self, package: bytes, watcher: str) -> None:
        """A watcher is told no more of what he watches by a package."""
        for each in self._notifier.watched_by(package, watcher):
            self._perform(self._notifier.end(each, b"noresource", self._now_ms()))

    def drop(self, number: str) -> None:
        """An extension is gone: what it watched, and who watched it."""
        self._perform(self._notifier.drop(number, self._now_ms()))

    def refresh_groups(self) -> None:
        """The directory is another now: lists of groups may be."""
        for each in self._notifier.of_groups():
            here = parse_uri(each.dialog.local_address.uri)
            host = here.host if isinstance(here, SipUri) else b""
            members = self._lists.members(each.group, host)[:MOST_MEMBERS]
            if not members:
                self._perform(self._notifier.end(each, b"noresource", self._now_ms()))
            elif members != each.members:
                self._perform(self._notifier.relist(each, members, self._now_ms()))

    def _new(
        self, incoming: Incoming, asked: Asked, package: Package, watcher: Extension
    ) -> Subscription:
        uri = incoming.head.uri
        if not self._domain.has(uri):
            raise RemoteProtocolError(404, "Not Our Domain")
        watched = self._lists.watched(incoming, asked)
        here, listed = watcher.line or watcher.number, watched.listed
        members = tuple(
            msgspec.structs.replace(each, number=self._directory.watched(each.number, here))
            for each in watched.members
        )
        for each in members:
            self._allow(watcher, each.number, package)
        most = self._directory.settings.limits.subscriptions
        self._notifier.refuse_too_many(watcher.number, most)
        return Subscription(
            dialog_of_request(incoming.request, incoming.own_tag, early=False),
            asked.event,
            watcher=watcher.number,
            members=members,
            teller=self._notifier.teller(package, members, listed=listed),
            content_type=chosen_type(package, asked.accepted),
            listed=listed,
            group=watched.group,
        )

    def _known(self, incoming: Incoming, asked: Asked, watcher: Extension) -> Subscription:
        """A refresh, in the dialog (RFC 6665 §4.2.1.1, RFC 3261 §12.2.2)."""
        subscription = self._notifier.find(dialog_id_of(incoming.request))
        if subscription.watcher != watcher.number:
            raise RemoteProtocolError(403, "Not Your Subscription")
        if not subscription.event.same_as(asked.event):
            # §4.5.2: dialogs are not shared between subscriptions
            raise RemoteProtocolError(403, "One Subscription Per Dialog")
        subscription.dialog.admit(incoming.head.cseq)
        subscription.dialog.refresh(incoming.request)
        return subscription

    def _allow(self, watcher: Extension, number: str, package: Package) -> None:
        """Who may watch whom: everybody presence and lines, the rest each extension its own."""
        if not self._directory.can_be_watched(number):
            raise RemoteProtocolError(404)
        if package.name == ConferencePackage.name and not self._directory.is_room(number):
            raise RemoteProtocolError(404, "No Conference There")
        own = number == watcher.number or self._directory.line_of(number) == watcher.line
        if package.own_only and not own:
            raise RemoteProtocolError(403, "Not Your Address")

    def _granted(self, asked: Asked, package: Package) -> int:
        settings, usual_s = self._directory.settings, package.usual_expiry_s
        return granted_expiry(
            usual_s if asked.expires_s is None else asked.expires_s,
            shortest_s=min(settings.shortest_expiry_s, usual_s),
            longest_s=min(settings.longest_expiry_s, usual_s)
            if package.name == LineSeizePackage.name
            else settings.longest_expiry_s,
        )

    def _asked_features(self, incoming: Incoming, package: Package, number: str) -> Features | None:
        """What the body of an as-feature-event SUBSCRIBE sets, None for nothing."""
        request = incoming.request
        if package.name != FeaturePackage.name or not request.body:
            return None
        kind = bare(request.get(b"content-type"))
        if kind != FEATURES:
            raise RemoteProtocolError(415, "", (b"Accept: " + FEATURES,))
        try:
            return changed_by(self._features.of(number), request.body)
        except NotMarkup as error:
            raise RemoteProtocolError(400, "Malformed Feature Request") from error

    def _accept(self, incoming: Incoming, subscription: Subscription, expires_s: int) -> None:
        """Give the 200, with Contact always: phones without it subscribe again and again."""
        here = host_port(*self._layer.wire.advertised(incoming.flow)).encode()
        transport = incoming.flow.transport.encode()
        user = subscription.members[0].number
        lines = [
            *(b"Record-Route: " + each for each in incoming.request.lines_of(b"record-route")),
            contact_line(user, here, transport),
            b"Expires: %d" % expires_s,
            self._notifier.allow_events,
        ]
        if subscription.listed:
            lines.append(b"Require: eventlist")
        incoming.answer(200, "OK", lines)

    def _perform(self, outputs: list[Output]) -> None:
        self._save(outputs)
        self._tell(outputs)

    def _save(self, outputs: list[Output]) -> None:
        saved = self._stores.subscriptions
        for output in outputs:
            match output:
                case Keep(subscription):
                    saved.save(subscription.key, subscription.stored())
                case Forget(key):
                    saved.save(key, None)

    def _tell(self, outputs: list[Output], *, awake: bool = False) -> None:
        for output in outputs:
            if isinstance(output, Notify):
                self._send(output, awake=awake)
        self._arm()

    def _send(self, notify: Notify, *, awake: bool) -> None:
        """Send one; a phone that is known to be `awake` is not woken."""
        subscription, first = notify.subscription, [notify.draft]
        way, phone = self._way(notify), self._sleeper(subscription)
        lasts = subscription.expires_ms > self._now_ms()
        worth = lasts and not awake and subscription.event.package in _WORTH_WAKING
        if phone is not None and worth and self._wake((phone,), lambda _: None):
            self._notifier.withhold(subscription, phone)
            return

        def done(status: int, retry_after_s: int | None) -> None:
            if phone is not None and retry_after_s is None and status in (408, 503):
                self._notifier.withhold(subscription, phone)
                self.registered(subscription.watcher)  # it may have, meanwhile
                return
            now_ms = self._now_ms()
            self._perform(self._notifier.answered(subscription, status, retry_after_s, now_ms))

        if way is None:
            done(503, None)
            return

        def draft(_: bytes) -> Written:
            made = first.pop() if first else subscription.dialog.draft(b"NOTIFY")
            return Written(way.uri, (*way.routes, *made.lines, *notify.lines), notify.body)

        number, user = subscription.watcher, subscription.members[0].number
        self._notices.send(Notice(way.target, number, user, draft), done)

    def _sleeper(self, subscription: Subscription) -> StoredBinding | None:
        """The phone that watches, if it is one that may sleep."""
        bindings = self._states.bindings(subscription.watcher)
        return sleeper(bindings, subscription.dialog.remote_target, subscription.source)

    def _way(self, notify: Notify) -> Way | None:
        """How a NOTIFY gets to its watcher; None when he is nowhere now."""
        subscription, draft = notify.subscription, notify.draft
        gruu = self._gruus.gruu(draft.uri)
        if gruu is not None:
            phone = self._gruus.binding(gruu)
            theirs = phone is not None and phone.number == subscription.watcher
            return way_to(phone) if phone is not None and theirs else None
        target = target_along(
            draft.next_hop,
            source=subscription.source,
            local=subscription.here,
            transport=subscription.transport,
        )
        return None if target is None else Way(target, draft.uri)

    def _arm(self) -> None:
        due_ms = self._notifier.deadline_ms
        if due_ms is None or (self._timer is not None and self._armed_ms <= due_ms):
            return
        self.stop()
        self._armed_ms = due_ms
        wait_s = max(0, due_ms - self._now_ms()) / 1000
        self._timer = self._timers.call_later(wait_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._perform(self._notifier.tick(self._now_ms()))
