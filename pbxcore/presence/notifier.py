"""The notifier: who watches what, and when he is told (RFC 6665 §4.2).

Inputs return what follows from them, in order: NOTIFYs to send, subscriptions to save or to forget.
One change is told once and at once, many are told as the newest state when the package's interval
has passed; in one dialog a change waits until the last NOTIFY was answered, so that no network can
turn the two round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pbxcore.errors import RemoteProtocolError
from pbxcore.presence.agenda import Agenda
from pbxcore.presence.resource_list import ResourceList
from pbxcore.presence.subscription import Subscription, restored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.presence.bindings import StoredBinding
    from pbxcore.presence.package import Package, Told
    from pbxcore.presence.subscription import Member, StoredSubscription, Teller
    from pbxcore.sip.dialogs.dialog import DialogId, Draft
    from pbxcore.sip.headers.events import Event

MOST: Final = 100_000
"""Subscriptions in all; one more is answered 503."""
_RESUMED_EVERY_MS: Final = 2
_RUNNING_LOW: Final = 32  # numbers still put aside when more are


class Notify(NamedTuple):
    """Send a NOTIFY; Via and Contact are the sender's. Its answer goes to `answered`."""

    subscription: Subscription
    draft: Draft
    lines: tuple[bytes, ...]
    body: bytes


class Keep(NamedTuple):
    """Save a subscription."""

    subscription: Subscription


class Forget(NamedTuple):
    """A subscription has ended."""

    key: str


Output = Notify | Keep | Forget


class Notifier:
    """All subscriptions. Moments are milliseconds UTC, as they must outlive the process.

    Args:
        packages: what can be watched.
        entropy: that many unguessable bytes.
    """

    def __init__(self, packages: Iterable[Package], entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._packages = {each.name: each for each in packages}
        self._held: dict[str, Subscription] = {}
        self._watching: dict[tuple[bytes, str], dict[str, Subscription]] = {}
        self._counts: dict[str, int] = {}
        self._asleep: dict[str, dict[str, Subscription]] = {}
        self._agenda: Agenda[str] = Agenda()
        self.allow_events = b"Allow-Events: " + b", ".join(self._packages)

    def __len__(self) -> int:
        """How many subscriptions there are."""
        return len(self._held)

    @property
    def names(self) -> tuple[bytes, ...]:
        """The packages that can be watched."""
        return tuple(self._packages)

    def numbers(self) -> set[str]:
        """Extensions that watch or are watched."""
        return set(self._counts) | {number for _, number in self._watching}

    @property
    def deadline_ms(self) -> int | None:
        """When `tick` is next due; it may then find nothing to do."""
        return self._agenda.next_ms

    def package_of(self, event: Event) -> Package:
        """The package of an event.

        Raises:
            RemoteProtocolError: 489 with Allow-Events (§4.2.1.3).
        """
        package = self._packages.get(event.package)
        if package is None:
            raise RemoteProtocolError(489, "", (self.allow_events,))
        return package

    def find(self, dialog: DialogId) -> Subscription:
        """The subscription of a dialog.

        Raises:
            RemoteProtocolError: 481: there is none (§4.2.1.1).
        """
        found = self._held.get(dialog[1].decode("ascii", "replace"))
        if found is None or found.dialog.id != dialog:
            raise RemoteProtocolError(481, "Subscription Does Not Exist")
        return found

    def is_watched(self, package: bytes, number: str) -> bool:
        """Whether anybody watches a resource by this package."""
        return bool(self._watching.get((package, number)))

    def watching(self, package: bytes, number: str) -> list[Subscription]:
        """All subscriptions to a resource by this package."""
        return list(self._watching.get((package, number), {}).values())

    def refuse_too_many(self, watcher: str, most: int) -> None:
        """Let a watcher pass who may have one more; `most` is what all his phones may have.

        Raises:
            RemoteProtocolError: 403 for too many of his, 503 for too many in all.
        """
        if self._counts.get(watcher, 0) >= most:
            raise RemoteProtocolError(403, "Too Many Subscriptions")
        if len(self._held) >= MOST:
            raise RemoteProtocolError(503, "", (b"Retry-After: 60",))

    def teller(self, package: Package, members: tuple[Member, ...], *, listed: bool) -> Teller:
        """What writes the documents of a subscription."""
        return ResourceList(package, members, self._entropy) if listed else package

    def restore(self, saved: Iterable[StoredSubscription], now_ms: int) -> None:
        """Take back what was saved before a restart; all are told anew, little by little."""
        for place, each in enumerate(saved):
            package = self._packages.get(each.package.encode())
            if package is None:
                continue
            teller = self.teller(package, each.members, listed=each.listed)
            subscription = restored(each, teller)
            self._add(subscription)
            subscription.stale = True
            subscription.not_before_ms = now_ms + place * _RESUMED_EVERY_MS
            self._plan(subscription)

    def subscribe(self, subscription: Subscription, expires_s: int, now_ms: int) -> list[Output]:
        """A SUBSCRIBE was accepted, new or a refresh; 0 seconds end it, or only fetch the state.

        However quiet things are, a NOTIFY follows (§4.2.1.1).
        """
        subscription.expires_ms = now_ms + expires_s * 1000
        if expires_s == 0:
            return self.end(subscription, b"timeout", now_ms)
        if subscription.key not in self._held:
            self._add(subscription)
        subscription.told = None
        self._awake(subscription)
        return [Keep(subscription), self._notify(subscription, now_ms)]

    def changed(self, package: bytes, number: str, now_ms: int) -> list[Output]:
        """The state of a resource is another now; all its watchers are told."""
        outputs: list[Output] = []
        for each in self.watching(package, number):
            each.stale = True
            outputs += self._refreshed(each, now_ms)
        return outputs

    def answered(
        self, subscription: Subscription, status: int, retry_after_s: int | None, now_ms: int
    ) -> list[Output]:
        """A NOTIFY got its final answer: 408 for silence, 503 when it could not be sent.

        Silence and refusals end the subscription (§4.2.2), but for one that says when to try again.
        A phone whose connection is gone may come back with another: it is told the whole then.
        """
        subscription.in_flight -= 1
        if subscription.key not in self._held:
            return []
        if 200 <= status < 300:
            return self._refreshed(subscription, now_ms) if subscription.stale else []
        subscription.told = None
        if status == 503 and retry_after_s is None:
            return []
        if retry_after_s is not None:
            subscription.stale = True
            subscription.not_before_ms = now_ms + retry_after_s * 1000
            self._plan(subscription)
            return []
        self._remove(subscription)
        return [Forget(subscription.key)]

    def withhold(self, subscription: Subscription, phone: StoredBinding) -> None:
        """A NOTIFY does not get through to a phone that sleeps: it is told when it is awake."""
        subscription.in_flight -= 1
        if subscription.key in self._held:
            subscription.told, subscription.stale, subscription.asleep = None, True, phone
            self._asleep.setdefault(subscription.watcher, {})[subscription.key] = subscription
            self._plan(subscription)

    def asleep(self, watcher: str) -> list[Subscription]:
        """The subscriptions of a watcher's phones that sleep."""
        return list(self._asleep.get(watcher, {}).values())

    def woken(self, subscription: Subscription, phone: StoredBinding, now_ms: int) -> list[Output]:
        """A phone that slept has registered: it is told the whole there."""
        self._awake(subscription)
        subscription.came_back(phone)
        return [Keep(subscription), *self._refreshed(subscription, now_ms)]

    def end(
        self, subscription: Subscription, reason: bytes, now_ms: int, *, retry_after_s: int = 0
    ) -> list[Output]:
        """End a subscription, with a last NOTIFY that says why (§4.1.3, §4.4.1)."""
        known = subscription.key in self._held
        if known:
            self._remove(subscription)
        subscription.told = None
        wait = b";retry-after=%d" % retry_after_s if retry_after_s else b""
        state = b"terminated;reason=%b%b" % (reason, wait)
        last = self._notify(subscription, now_ms, state=state)
        return [last, Forget(subscription.key)] if known else [last]

    def drop(self, number: str, now_ms: int) -> list[Output]:
        """An extension is gone: it watches nothing any more, and nobody watches it."""
        outputs: list[Output] = []
        for each in list(self._held.values()):
            if each.watcher == number:
                outputs += self.end(each, b"rejected", now_ms)
            elif not each.listed and each.members[0].number == number:
                outputs += self.end(each, b"noresource", now_ms)
        return outputs

    def watched_by(self, package: bytes, watcher: str) -> list[Subscription]:
        """The subscriptions of one watcher by this package."""
        found = self._held.values()
        return [each for each in found if each.watcher == watcher and each.event.package == package]

    def of_groups(self) -> list[Subscription]:
        """All subscriptions to the members of a group."""
        return [each for each in self._held.values() if each.group]

    def relist(
        self, subscription: Subscription, members: tuple[Member, ...], now_ms: int
    ) -> list[Output]:
        """A list has other members now: all of it is told anew (RFC 4662 §5.2)."""
        self._watch(subscription, watching=False)
        subscription.members = members
        package = self._packages[subscription.event.package]
        subscription.teller = self.teller(package, members, listed=True)
        self._watch(subscription, watching=True)
        subscription.told, subscription.stale = None, True
        return [Keep(subscription), *self._refreshed(subscription, now_ms)]

    def tick(self, now_ms: int) -> list[Output]:
        """Let time pass: subscriptions expire, and what was throttled is told."""
        outputs: list[Output] = []
        for key in self._agenda.due(now_ms):
            subscription = self._held.get(key)
            if subscription is None:
                continue
            if subscription.expires_ms <= now_ms:
                outputs += self.end(subscription, b"timeout", now_ms)
            else:
                self._plan(subscription)
                outputs += self._refreshed(subscription, now_ms)
        return outputs

    def _refreshed(self, subscription: Subscription, now_ms: int) -> list[Output]:
        """Tell what is new, as soon as it may be told."""
        if not subscription.stale or subscription.in_flight or subscription.asleep is not None:
            return []
        if subscription.not_before_ms > now_ms:
            self._plan(subscription)
            return []
        told = subscription.tell(now_ms)
        if subscription.told is not None and told.state == subscription.told:
            subscription.stale = False
            return []
        outputs: list[Output] = [self._notify(subscription, now_ms, told=told)]
        if subscription.reserved - subscription.dialog.local_seq < _RUNNING_LOW:
            outputs.append(Keep(subscription))
        return outputs

    def _notify(
        self,
        subscription: Subscription,
        now_ms: int,
        *,
        state: bytes = b"",
        told: Told | None = None,
    ) -> Notify:
        if not state:
            left_s = max(0, -(-(subscription.expires_ms - now_ms) // 1000))
            state = b"active;expires=%d" % left_s
        told = told or subscription.tell(now_ms)
        draft = subscription.dialog.draft(b"NOTIFY")
        subscription.told, subscription.stale = told.state, told.more
        subscription.in_flight += 1
        interval_ms = self._packages[subscription.event.package].interval_ms
        subscription.not_before_ms = now_ms + interval_ms
        self._plan(subscription)
        lines = [
            b"Event: " + subscription.event.encode(),
            b"Subscription-State: " + state,
            *told.lines,
        ]
        if subscription.listed:
            lines.append(b"Require: eventlist")  # RFC 4662 §4.4
        if told.body is None:
            return Notify(subscription, draft, tuple(lines), b"")
        lines.append(b"Content-Type: " + told.body.content_type)
        return Notify(subscription, draft, tuple(lines), told.body.data)

    def _plan(self, subscription: Subscription) -> None:
        if subscription.key not in self._held:
            return
        moment_ms = subscription.expires_ms
        if subscription.stale and not subscription.in_flight and subscription.asleep is None:
            moment_ms = min(moment_ms, subscription.not_before_ms)
        self._agenda.put(subscription.key, moment_ms)

    def _add(self, subscription: Subscription) -> None:
        self._held[subscription.key] = subscription
        self._watch(subscription, watching=True)
        watcher = subscription.watcher
        self._counts[watcher] = self._counts.get(watcher, 0) + 1

    def _remove(self, subscription: Subscription) -> None:
        key = subscription.key
        del self._held[key]
        self._awake(subscription)
        self._agenda.drop(key)
        self._watch(subscription, watching=False)
        self._counts[subscription.watcher] -= 1
        if not self._counts[subscription.watcher]:
            del self._counts[subscription.watcher]

    def _awake(self, subscription: Subscription) -> None:
        if subscription.asleep is None:
            return
        subscription.asleep = None
        phones = self._asleep[subscription.watcher]
        del phones[subscription.key]
        if not phones:
            del self._asleep[subscription.watcher]

    def _watch(self, subscription: Subscription, *, watching: bool) -> None:
        """Note which resources it is told of, or that it is not any more."""
        key = subscription.key
        for number in {each.number for each in subscription.members}:
            place = subscription.event.package, number
            if watching:
                self._watching.setdefault(place, {})[key] = subscription
                continue
            watchers = self._watching[place]
            del watchers[key]
            if not watchers:
                del self._watching[place]
