"""What must hold whatever the network does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pbxcore.errors import PbxError
from pbxcore.sip.flow import host_port
from pbxcore.sip.transactions.timers import TIMER_I, TIMER_J

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.simulator.clock import Clock
    from pbxcore.simulator.network import Host
    from pbxcore.simulator.stack import Stack

MEMORY_S: Final = 400.0
"""Seconds that what was asked is remembered: longer than any answer may take."""
_FIRST_VIA: Final = re.compile(rb"\n(?:via|v)[ \t]*:", re.IGNORECASE)
_FIRST_METHOD: Final = re.compile(rb"\ncseq[ \t]*:", re.IGNORECASE)
_VIA: Final = re.compile(
    rb"\nVia: SIP/2.0/[A-Z]+ ([A-Za-z0-9.:\[\]-]+);[^\r\n,\"]*?branch=([^;,\s]*)"
)
_METHOD: Final = re.compile(rb"\nCSeq: [0-9]+ ([^\s]+)\r\n")
_FOLD: Final = re.compile(rb"\r\n[ \t]")

_MOMENT_S: Final = 1e-6
"""Less than this is one moment."""
_CHALLENGE: Final = re.compile(rb"SIP/2.0 40[17] ")

_Key = tuple[str, str, bytes, bytes, bytes]


class InvariantBroken(PbxError):
    """A stack did what none may ever do."""


class Invariants:
    """Watches the wires, and asks the stacks at the end.

    - Nothing is answered to an address that did not ask.
    - Every request gets at most one final answer, however often that is repeated, as long as a
      transaction remembers it (64 times T1; T4 once the refusal of an INVITE is acknowledged).
      Challenges may differ: they are made without memory (RFC 3261 §8.2.7).
    - Every transaction ends, and whoever asked is told once how.
    - What `watch` was given to count comes to nothing.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: list[dict[_Key, bytes]] = [{}, {}]
        self._answers: list[dict[_Key, tuple[float, bytes]]] = [{}, {}]
        self._turned_at = 0.0
        self._counts: list[tuple[str, Callable[[], int]]] = []

    def watch(self, what: str, count: Callable[[], int]) -> None:
        """Let something be nothing in the end: dialogs, subscriptions, calls."""
        self._counts.append((what, count))

    # The wires

    def arrived(self, host: Host, data: bytes, source: tuple[str, int]) -> None:
        """Remember who asked what."""
        if data.startswith(b"SIP/2.0 "):
            return
        self._turn()
        key = _key(host, source[0], data)
        before = self._request(key)
        # Two requests under one key are two questions: each may have an answer of its own.
        self._asked[0][key] = data if before is None or before == data else b""
        if key[-1] == b"ACK":
            self._acknowledged((*key[:-1], b"INVITE"))

    def sent(self, host: Host, data: bytes, target: tuple[str, int]) -> None:
        """Judge an answer."""
        if not data.startswith(b"SIP/2.0 "):
            return
        key = _key(host, target[0], data)
        request = self._request(key)
        if request is None and self._request(_unread(host, target[0])) is None:
            where = host_port(*target)
            raise InvariantBroken(f"{host.name} answered to {where}, which did not ask")
        # A CANCEL that overtook its INVITE gets 481, and 200 when it comes again.
        if data[8:9] == b"1" or not request or key[4] in (b"CANCEL", b""):
            return
        now = self._clock.now
        at, first = self._answers[0].get(key) or self._answers[1].get(key) or (now, data)
        beyond = now - at - TIMER_J
        # A repetition this late is a new request for all who forget. In the very moment in which
        # they do it may be either: what is answered as before was not forgotten yet.
        if beyond > _MOMENT_S or (beyond > -_MOMENT_S and first != data):
            at, first = now, data
        elif first != data and not (_CHALLENGE.match(first) and _CHALLENGE.match(data)):
            raise InvariantBroken(f"{host.name} gave a second final answer: {data[8:40]!r}")
        self._answers[0][key] = at, first

    def forgot(self, host: Host) -> None:
        """Let a host that lost its memory answer anew what it answered before."""
        for answers in self._answers:
            for key in [each for each in answers if each[0] == host.name]:
                del answers[key]

    def _acknowledged(self, key: _Key) -> None:
        """A refused INVITE is remembered for Timer I from here on: no datagram is later (T4)."""
        for answers in self._answers:
            if key in answers:
                at, first = answers[key]
                answers[key] = min(at, self._clock.now - TIMER_J + TIMER_I), first

    def _request(self, key: _Key) -> bytes | None:
        """What was asked under a key; nothing for several questions, None for none."""
        found = self._asked[0].get(key)
        return self._asked[1].get(key) if found is None else found

    def _turn(self) -> None:
        """Forget what is too old for an answer, so that a run of any length has room."""
        if self._clock.now - self._turned_at > MEMORY_S:
            self._turned_at = self._clock.now
            self._asked = [{}, self._asked[0]]
            self._answers = [{}, self._answers[0]]

    # The end

    def check(self, stacks: list[Stack]) -> None:
        """Look at what is left once nothing more can happen.

        Raises:
            InvariantBroken: there is something left.
        """
        for stack in stacks:
            if len(stack.layer) or stack.layer.open:
                left = f"{len(stack.layer)} transactions, {stack.layer.open} open"
                raise InvariantBroken(f"{stack.name} is left with {left}")
            for asked in stack.asked:
                if not asked.settled:
                    method = asked.method.decode()
                    raise InvariantBroken(f"{stack.name}'s {method} heard {asked.statuses}")
        for what, count in self._counts:
            if number := count():
                raise InvariantBroken(f"{number} {what} left")


def _key(host: Host, peer: str, data: bytes) -> _Key:
    """What an answer has in common with its request, for those written as everybody writes them."""
    head = data.partition(b"\r\n\r\n")[0] + b"\r\n"
    via, method = _VIA.search(head), _METHOD.search(head)
    if not via or not method or _FOLD.search(head):
        return _unread(host, peer)
    for found, first in (via, _FIRST_VIA.search(head)), (method, _FIRST_METHOD.search(head)):
        if first and first.start() != found.start():
            return _unread(host, peer)
    return host.name, peer, via[1], via[2], method[1]


def _unread(host: Host, peer: str) -> _Key:
    """All that is known of an odd message: from whom it came."""
    return host.name, peer, b"", b"", b""
