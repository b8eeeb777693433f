"""Rules of sending texts to phones: retries, parts, pace. Pure; time is an argument."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from engage.hub.service import HubTransaction
    from engage.telephony.events import DeliveryState
    from pbxcore import commands
    from pbxcore.directory import Extension
    from pbxcore.journal import MessageRelayed

RETRY_AFTER_MS = (10_000, 60_000, 300_000, 900_000)
PART_BYTES = 640  # a request of 1,300 bytes (RFC 3428 §8) less the longest usual header fields

TEMPORARY = frozenset({404, 408, 480, 503})
UNSUPPORTED = frozenset({405, 415, 488, 501})
TOO_LONG = frozenset({413, 513})
SILENCE = 408
MERGED = 482  # the phone recognises a repetition it has taken (RFC 3261 §8.2.2.2)


class PbxPort(Protocol):
    """The channel to the PBX, as telephony uses it."""

    @property
    def connected(self) -> bool:
        """Whether a request has a chance now."""
        ...

    async def request(self, command: commands.Request, timeout_s: float = 35) -> commands.Reply:
        """Carry out a command; `errors.Unavailable` when the PBX is away."""
        ...

    def on_connected(self, callback: Callable[[], Awaitable[None]]) -> None:
        """Call on every new connection."""
        ...


class SocketCarrier(Protocol):
    """The channel to the PBX, as browsers' sockets use it."""

    @property
    def connected(self) -> bool:
        """Whether the PBX is there."""
        ...

    def tell(self, notice: commands.Notice) -> None:
        """Send a notice; it gets lost while the PBX is away."""
        ...

    def on_socket(
        self, callback: Callable[[commands.WebSocketMessage | commands.WebSocketClosed], None]
    ) -> None:
        """Call with what a socket is sent, and when to close it."""
        ...

    def on_disconnected(self, callback: Callable[[], None]) -> None:
        """Call whenever the PBX is gone."""
        ...


class DirectorySource(Protocol):
    """Who knows the extensions and their secrets."""

    def directory(self) -> tuple[list[Extension], int]:
        """Every extension, and the version of the whole."""
        ...


class DirectChats(Protocol):
    """Where a text that phones exchanged is kept."""

    async def relayed(self, transaction: HubTransaction, fact: MessageRelayed) -> None:
        """Add the text to the two people's conversation, once."""
        ...


class PhoneCounts(Protocol):
    """Presence, as telephony feeds it."""

    def devices(self, number: str, count: int) -> None:
        """An extension now has this many registered phones."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row: one text on its way to one phone. Moments are milliseconds UTC."""

    id: str
    topic: str
    topic_id: str
    number: str
    device: str
    sender: str
    sender_name: str
    text: str
    part: int
    tries: int
    expires_at_ms: int
    maybe_duplicate: bool = False
    last_status: int | None = None

    @property
    def repeated(self) -> bool:
        """Whether this very request may have reached the phone before."""
        return self.maybe_duplicate or self.last_status == SILENCE

    @property
    def cseq(self) -> int:
        """Higher after each answer (RFC 3261 §8.1.3.5); the same where no answer came."""
        return self.tries + (self.last_status != SILENCE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a final status means for a delivery; `due_at_ms` matters only while it is pending."""

    state: DeliveryState
    due_at_ms: int = 0


def verdict(
    status: int, *, tries: int, now_ms: int, expires_at_ms: int, repeated: bool = False
) -> Verdict:
    """Decide what follows from a final SIP status.

    A temporary failure is tried again after 10 seconds, 1, 5 and 15 minutes, then rests until the
    phone registers again or the row expires.

    Args:
        status: 200-699.
        tries: how many final statuses came before this one.
        now_ms: the present moment.
        expires_at_ms: no try begins after it; 0: the row was cancelled while it was on its way.
        repeated: the phone may have got this very request before.
    """
    if status == MERGED and repeated:
        return Verdict("accepted")
    if 200 <= status < 300:
        return Verdict("accepted" if status == 202 else "delivered")
    if expires_at_ms == 0:
        return Verdict("cancelled")
    if status in UNSUPPORTED:
        return Verdict("unsupported")
    if status not in TEMPORARY:
        return Verdict("failed")
    if now_ms >= expires_at_ms:
        return Verdict("expired")
    if tries >= len(RETRY_AFTER_MS):
        return Verdict("pending", expires_at_ms)
    return Verdict("pending", min(now_ms + RETRY_AFTER_MS[tries], expires_at_ms))


def split(text: str, limit_bytes: int = PART_BYTES) -> list[str]:
    """Cut a text at word borders into parts numbered `(1/3)`, each of at most `limit_bytes` UTF-8.

    A text that fits stays whole and unnumbered. The same text always gives the same parts: a
    retry goes on with the first part the phone has not taken.
    """
    if len(text.encode()) <= limit_bytes:
        return [text]
    for digits in range(1, 5):
        room = limit_bytes - len(f"({'9' * digits}/{'9' * digits}) ")
        pieces = _pieces(text, room)
        if len(str(len(pieces))) <= digits:
            return [f"({n}/{len(pieces)}) {piece}" for n, piece in enumerate(pieces, 1)]
    raise ValueError("text of more than 9,999 parts")


def _pieces(text: str, room_bytes: int) -> list[str]:
    pieces = []
    rest = text.strip()
    while len(rest.encode()) > room_bytes:
        end = len(rest.encode()[: room_bytes + 1].decode(errors="ignore"))
        while len(rest[:end].encode()) > room_bytes:
            end -= 1
        cut = _border(rest, end)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        pieces.append(rest)
    return pieces


def _border(text: str, end: int) -> int:
    """Where to cut `text`, at most at `end`: at white space, else between two characters."""
    if text[end].isspace():
        return end
    for at in range(end - 1, end // 2, -1):
        if text[at].isspace():
            return at
    for at in range(end, max(end - 16, 0), -1):  # never between a letter and its marks
        if not unicodedata.combining(text[at]) and "\u200d" not in text[at - 1 : at + 1]:
            return at
    return end


class Transmission:
    """Carries one text to one phone, whole or in parts.

    `message` is what to send next, None when it is over; `answered` takes its final status. A text
    is tried whole first, unless parts of it were taken before; the PBX or the phone that finds it
    too long (413, 513) gets it in parts.
    """

    def __init__(self, delivery: Delivery) -> None:
        self._id = delivery.id
        self._text = delivery.text
        self._parts = split(delivery.text) if delivery.part else [delivery.text]
        self._whole = not delivery.part
        self.taken = delivery.part
        self.status: int | None = None

    @property
    def message(self) -> tuple[str, str] | None:
        """Identifier and text of the next MESSAGE."""
        if self.status is not None:
            return None
        if self._whole:
            return self._id, self._text
        return f"{self._id}.{self.taken + 1}", self._parts[self.taken]

    def answered(self, status: int) -> None:
        """Take the final status of `message`."""
        if self._whole and status in TOO_LONG:
            self._parts, self._whole = split(self._text), False
            if len(self._parts) > 1:
                return
            self._whole = True
        if not 200 <= status < 300:
            self.status = status
            return
        self.taken += 1
        if self.taken >= len(self._parts):
            self.status = status
