"""Who may speak to the PBX, how much, and how much it may say in return. Pure; time is an argument.

What counts against an address must be beyond forging, or an attacker could have others shut out:

- A connection proves its peer's address, since its handshake needed answers.
- Over UDP an address is proved by the answer to something that only its owner got: good credentials
  made with a nonce that was sent there, or a response that carries the branch of our request.
- A failed sign-in counts towards a ban only with a nonce that was issued to this very address.
- What is not proved costs its sender only its own share. Shares are kept apart: strangers cannot
  use up what proved addresses have, nor UDP what connections have.
- Whoever has not proved an address gets at most three times the bytes they sent (RFC 9000 §8.1), so
  that the PBX is of no use to somebody who forges one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.defence.bans import Bans, Lifted
from pbxcore.defence.source import covered, is_loopback, source_of
from pbxcore.forgetful import Forgetful
from pbxcore.rate_limit import Rate, RateLimits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.defence.bans import Ban
    from pbxcore.domain_settings import DomainSettings
    from pbxcore.sip.flow import Flow

MOST_SOURCES: Final = 16_384
"""Addresses whose share is counted at once, of strangers and of proved ones each."""
MOST_PROVED: Final = 65_536
"""Addresses that are remembered as proved."""
PROOF_LASTS_S: Final = 7200.0
"""How long a proof is remembered at least; a phone renews its registration within an hour."""
BURST_S: Final = 4
"""Seconds' worth of messages that may come at once: phones that return after a power cut."""
ALL_STRANGERS: Final = Rate(2000.0, 8000)
"""What all addresses together may send before they have proved themselves."""
NEIGHBOURS: Final = Rate(20_000.0, 80_000)
"""What a trusted peer, a whitelisted address or this machine may send: one that speaks for many."""
LARGEST_GAIN: Final = 3
"""Bytes that go to an address not proved, for each byte that came from there (RFC 9000 §8.1)."""
MOST_CREDIT: Final = 65_536
"""Bytes of answers an address not proved can have to its credit."""


class Figures:
    """Counters since the start."""

    __slots__ = (
        "banned",
        "displaced",
        "dropped_banned",
        "dropped_often",
        "refused",
        "unbanned",
        "withheld",
    )

    def __init__(self) -> None:
        self.banned = self.unbanned = self.displaced = self.refused = 0
        self.dropped_banned = self.dropped_often = self.withheld = 0


class Guard:
    """What the sockets ask before they believe anything.

    Args:
        settings: those that hold now.
        banned: hears of each ban as it begins.
        lifted: hears of each ban as it ends.
        peers: networks that are trusted beside those of the settings.
    """

    def __init__(
        self,
        settings: Callable[[], DomainSettings],
        *,
        banned: Callable[[Ban], None],
        lifted: Callable[[Lifted], None],
        peers: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._settings, self._peers = settings, peers
        self._on_banned, self._on_lifted = banned, lifted
        self.bans = Bans(settings().bans)
        self.figures = Figures()
        self._banned = self.bans.held
        self._proved: Forgetful[bool] = Forgetful(MOST_PROVED)
        self._proved_aged_at = 0.0
        self._credit: Forgetful[int] = Forgetful(MOST_SOURCES)
        self._strangers, self._known, self._streams = (RateLimits(MOST_SOURCES) for _ in range(3))
        self._together = RateLimits(2)
        self._shunned: Forgetful[float] = Forgetful(MOST_SOURCES)
        self._neighbours: dict[str, bool] = {}
        self._waiting: dict[int, str] = {}  # connections that have not signed in, the oldest first
        self._waiting_of: dict[str, dict[int, None]] = {}
        self._take_rates()

    # What the sockets ask

    def shuns(self, host: str, now: float) -> bool:
        """Whether datagrams from an address are thrown away at once: the cheap question first.

        One that spoke too often is not listened to until its share has grown by one message.
        """
        source = source_of(host)
        if source in self._banned:
            self.figures.dropped_banned += 1
            return True
        until = self._shunned.get(source)
        if until is None or until <= now:
            return False
        self.figures.dropped_often += 1
        return True

    def admits(self, flow: Flow, size: int, now: float) -> bool:
        """Whether a message of that many bytes is looked at; asked before anything is parsed."""
        source, reliable = source_of(flow.host), flow.reliable
        if source in self._banned:
            self.figures.dropped_banned += 1
            return False
        neighbour = self._neighbours.get(source)
        if neighbour is None:
            neighbour = self._is_neighbour(source)
        rate, limits = NEIGHBOURS if neighbour else self._rate, self._known
        proved = self._proved.get(source)
        if reliable:
            limits = self._streams
        elif not neighbour and not proved:
            rate, limits = self._strangers_rate, self._strangers
        if limits.take(source, rate, now):
            self.figures.dropped_often += 1
            if not reliable:
                self._shunned.put(source, now + 1 / rate.per_s)
            return False
        if reliable or proved:
            return True
        if not neighbour and self._together.take("", ALL_STRANGERS, now):
            self.figures.dropped_often += 1
            return False
        credit = (self._credit.get(source) or 0) + LARGEST_GAIN * size
        self._credit.put(source, min(credit, MOST_CREDIT))
        return True

    def answers(self, flow: Flow, size: int) -> bool:
        """Whether a response of that many bytes may go out, or could be somebody's weapon."""
        if flow.transport != "udp":
            return True
        source = source_of(flow.host)
        if self._proved.get(source) or is_loopback(source):
            return True
        credit = (self._credit.get(source) or 0) - size
        if credit < 0:
            self.figures.withheld += 1
            return False
        self._credit.put(source, credit)
        return True

    def connected(self, number: int, host: str) -> bool:
        """Whether a new connection is taken; `crowded_out` tells which one goes for it.

        Args:
            number: tells connections apart.
            host: the peer's address; behind a trusted proxy, that of its client.
        """
        source = source_of(host)
        if source in self._banned:
            self.figures.dropped_banned += 1
            return False
        self._waiting[number] = source
        self._waiting_of.setdefault(source, {})[number] = None
        return True

    def disconnected(self, number: int) -> None:
        """A connection is gone, or has signed in and is no stranger any more."""
        source = self._waiting.pop(number, None)
        if source is None:
            return
        at_source = self._waiting_of[source]
        del at_source[number]
        if not at_source:
            del self._waiting_of[source]

    def crowded_out(self, newest: int) -> int | None:
        """The connection of the same address that a new one is too many for; None if there is room.

        The oldest that has not signed in goes: refusing the newest would let one who holds silent
        connections keep everybody out who shares his address.
        """
        at_source = self._waiting_of.get(self._waiting.get(newest, ""), {})
        if len(at_source) <= self._settings().limits.connections:
            return None
        weakest = next(iter(at_source))
        self.disconnected(weakest)
        self.figures.displaced += 1
        return weakest

    def displaced(self, newest: int) -> int | None:
        """The connection that makes room for a new one: the oldest that has not signed in.

        None when there is no other, and the new one is not to be taken either.
        """
        weakest = next(iter(self._waiting), newest)
        self.disconnected(weakest)
        if weakest == newest:
            self.figures.refused += 1
            return None
        self.figures.displaced += 1
        return weakest

    # What they and the services tell

    def proved(self, flow: Flow) -> None:
        """Something came this way that only who has the address could send."""
        if flow.reliable:
            self.disconnected(flow.connection)
        else:
            self._proved.put(source_of(flow.host), True)

    def failed(self, flow: Flow, now_ms: int, *, issued: bool) -> None:
        """A sign-in failed.

        Args:
            flow: the way it came.
            now_ms: milliseconds UTC.
            issued: whether its nonce was sent to that very address.
        """
        if not (issued or flow.reliable) or self._is_neighbour(source_of(flow.host)):
            return
        for each in self.bans.failed(flow.host, now_ms):
            if isinstance(each, Lifted):
                self._lifted([each])
            else:
                self.figures.banned += 1
                self._on_banned(each)

    def restore(self, bans: Iterable[Ban], proved: Iterable[str], now_ms: int) -> None:
        """Begin with an earlier run's bans, and with the addresses of registered phones."""
        self._lifted(self.bans.restore(bans, now_ms))
        for host in proved:
            self._proved.put(source_of(host), True)

    def settings_changed(self) -> None:
        """Follow the settings that hold now."""
        self._take_rates()
        self._lifted(self.bans.obey(self._settings().bans))

    def lift(self, addresses: Iterable[str]) -> list[Ban]:
        """End bans by hand; gives those that stood."""
        ended = [each for address in addresses for each in self.bans.lift(address)]
        self._lifted(ended)
        return [each.ban for each in ended]

    def tick(self, now: float, now_ms: int) -> None:
        """Let time pass; about once a second.

        Args:
            now: seconds on the clock of `admits`.
            now_ms: milliseconds UTC.
        """
        self._lifted(self.bans.tick(now_ms))
        if now - self._proved_aged_at > PROOF_LASTS_S:
            self._proved.age()
            self._proved_aged_at = now

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        figures = self.figures
        return {
            "sip_bans": len(self.bans),
            "sip_banned_total": figures.banned,
            "sip_unbanned_total": figures.unbanned,
            "sip_dropped_banned_total": figures.dropped_banned,
            "sip_dropped_rate_total": figures.dropped_often,
            "sip_connections_refused_total": figures.refused,
            "sip_connections_displaced_total": figures.displaced,
            "sip_responses_withheld_total": figures.withheld,
        }

    # Inside

    def _take_rates(self) -> None:
        limits = self._settings().limits
        self._rate = Rate(limits.requests_per_s, BURST_S * limits.requests_per_s)
        self._strangers_rate = Rate(limits.strangers_per_s, BURST_S * limits.strangers_per_s)
        self._neighbours.clear()

    def _is_neighbour(self, source: str) -> bool:
        known = self._neighbours.get(source)
        if known is None:
            if len(self._neighbours) >= MOST_SOURCES:
                self._neighbours.clear()
            settings = self._settings()
            networks = settings.bans.whitelist + settings.trusted_peers + self._peers()
            known = self._neighbours[source] = covered(source, networks) or (
                settings.bans.ignore_self and is_loopback(source)
            )
        return known

    def _lifted(self, ended: list[Lifted]) -> None:
        for each in ended:
            self.figures.unbanned += 1
            self._on_lifted(each)
