"""The guard and the trace of one PBX, between its sockets, its journal and its administrator."""

from __future__ import annotations

import logging
from itertools import islice
from typing import TYPE_CHECKING, Final

from pbxcore import commands
from pbxcore.defence.guard import Guard
from pbxcore.journal import AddressBanned, AddressUnbanned
from pbxcore.trace import pcap, view
from pbxcore.trace.ring import Ring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.defence.bans import Ban, BanStore, Lifted
    from pbxcore.directory import Directory
    from pbxcore.journal import Fact
    from pbxcore.sip.flow import Flow
    from pbxcore.trace.ring import Traced

log = logging.getLogger(__name__)

MOST_SHOWN: Final = 500
"""Messages of a trace that one answer holds."""
_RESPONSE: Final = b"SIP/2.0 "


class Watch:
    """Decides what is heard and said, keeps the last messages, and tells of bans.

    Args:
        directory: whose settings hold.
        store: keeps bans over a restart; without one they end with the process.
        record: takes each fact for the journal.
        clock: seconds UTC since 1970.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        store: BanStore | None,
        record: Callable[[Fact], None],
        clock: Callable[[], float],
    ) -> None:
        self._store, self._record, self._clock = store, record, clock
        self.guard = Guard(
            lambda: directory.settings,
            banned=self._banned,
            lifted=self._unbanned,
            peers=lambda: directory.trunk_networks,
        )
        self.ring = Ring()

    # For the sockets

    def hears(self, data: bytes, flow: Flow, now: float) -> bool:
        """Whether a message that came is looked at; `now` is a moment of the loop's clock."""
        if not self.guard.admits(flow, len(data), now):
            return False
        self.ring.add(self._clock(), flow, flow.port, data, sent=False)
        return True

    def lets_go(self, data: bytes, flow: Flow, port: int) -> bool:
        """Whether a message goes out: a response to whoever may only claim an address may not."""
        if data.startswith(_RESPONSE) and not self.guard.answers(flow, len(data)):
            return False
        self.ring.add(self._clock(), flow, port, data, sent=True)
        return True

    # For those who sign in

    def signed_in(self, flow: Flow, *, issued: bool) -> None:
        """Credentials were right; `issued`: their nonce had been sent to that address."""
        if issued or flow.reliable:
            self.guard.proved(flow)

    def refused(self, flow: Flow, *, issued: bool) -> None:
        """Credentials were wrong."""
        self.guard.failed(flow, self._now_ms(), issued=issued)

    # For the PBX

    def restore(self, registered: Iterable[str]) -> None:
        """Begin with the bans that were kept, and trust the addresses of registered phones."""
        kept = self._store.load() if self._store is not None else ()
        self.guard.restore(kept, registered, self._now_ms())

    def tick(self, now: float) -> None:
        """Let time pass."""
        self.guard.tick(now, self._now_ms())

    def counts(self) -> dict[str, float]:
        """Figures for /metrics."""
        kept = {"sip_trace_messages": float(len(self.ring)), "sip_trace_bytes": self.ring.size}
        return self.guard.counts() | kept

    def handle(
        self, request: commands.ListBans | commands.LiftBans | commands.Trace
    ) -> commands.BansHeld | commands.TraceShown:
        """Carry out a command."""
        match request:
            case commands.ListBans():
                return _views(self.guard.bans.held.values())
            case commands.LiftBans(addresses):
                return _views(self.guard.lift(addresses))
            case commands.Trace():
                return self._shown(request)

    # Inside

    def _shown(self, asked: commands.Trace) -> commands.TraceShown:
        """A part of the trace, from the oldest message that is asked for."""
        chosen = view.chosen(
            self.ring, after=asked.after, call_id=asked.call_id, address=asked.address
        )
        found = list(islice(chosen, MOST_SHOWN))
        more = len(found) == MOST_SHOWN
        last = found[-1][0] if more else self.ring.last
        messages = [each for _, each in found]
        return commands.TraceShown(_drawn(messages, asked), last, more)

    def _banned(self, ban: Ban) -> None:
        log.warning(
            "address banned",
            extra={"address": ban.address, "failures": ban.failures, "until_ms": ban.until_ms},
        )
        self._record(AddressBanned(ban.address, ban.until_ms, ban.failures))
        self._keep()

    def _unbanned(self, lifted: Lifted) -> None:
        address = lifted.ban.address
        log.warning("address unbanned", extra={"address": address, "cause": lifted.cause})
        self._record(AddressUnbanned(address, lifted.cause))
        self._keep()

    def _keep(self) -> None:
        if self._store is not None:
            self._store.save(tuple(self.guard.bans.held.values()))

    def _now_ms(self) -> int:
        return int(self._clock() * 1000)


def _drawn(messages: list[Traced], asked: commands.Trace) -> bytes:
    if asked.form == "ladder":
        return view.drawn(messages).encode()
    if asked.form == "pcap":
        packets = (view.packet(each, bodies=asked.bodies) for each in messages)
        return (b"" if asked.after else pcap.header()) + b"".join(packets)
    texts = (view.text(each, bodies=asked.bodies) for each in messages)
    return "".join(texts).encode("utf-8", "replace")


def _views(bans: Iterable[Ban]) -> commands.BansHeld:
    return commands.BansHeld(
        tuple(
            commands.BanView(each.address, each.since_ms, each.until_ms, each.failures)
            for each in bans
        )
    )
