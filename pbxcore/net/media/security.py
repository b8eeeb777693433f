"""Encrypted streams in the engine: keys, handshakes and checks of ICE at a stream's own socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import StreamOpened
from pbxcore.media.ice_lite import CONSENT_S, Credentials
from pbxcore.media.latching import Latch
from pbxcore.media.secured import Kind, Secured, kind_of
from pbxcore.sip.sdp.ice import new_credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pbxcore.media.commands import SetStream
    from pbxcore.media.dtls import Identity
    from pbxcore.media.latching import Address
    from pbxcore.media.secured import Datagram
    from pbxcore.net.media.loop import Loop, Timer
    from pbxcore.net.media.stream import Stream
    from pbxcore.sip.sdp.stream import Agreed

_TAKEN: Final = 0
_REFUSED: Final = -1


class Security:
    """Makes streams secret; `identity` is the worker's certificate."""

    def __init__(self, identity: Identity, loop: Loop, entropy: Callable[[int], bytes]) -> None:
        self._identity, self._loop, self._entropy = identity, loop, entropy

    def open(self, stream: Stream) -> StreamOpened:
        """Let a stream be keyed by DTLS and found by ICE; what its description has to say of it."""
        secured = self._secured(stream)
        stream.latch = IceLatch(secured, self._loop)
        stream.protection = Guard(stream, secured, self._loop)
        return StreamOpened(
            stream.name,
            stream.port,
            fingerprint=self._identity.fingerprint.digest,
            ice_user=secured.credentials.user,
            ice_password=secured.credentials.password,
        )

    def follow(self, stream: Stream, wanted: SetStream) -> None:
        """What a stream needs before it follows; one opened in clear may be keyed by SDES."""
        guard = stream.protection
        if guard is None and wanted.agreed.local_crypto is not None:
            stream.protection = Guard(stream, self._secured(stream), self._loop)
        elif isinstance(guard, Guard) and wanted.ice_user:
            guard.secured.renew(Credentials(wanted.ice_user, wanted.ice_password))

    def _secured(self, stream: Stream) -> Secured:
        return Secured(self._identity, self._credentials(), lambda: stream.latch.destination)

    def _credentials(self) -> Credentials:
        return Credentials(*new_credentials(self._entropy))


class IceLatch(Latch):
    """Follows ICE where there is ICE, else the packets as any other."""

    def __init__(self, secured: Secured, loop: Loop) -> None:
        super().__init__()
        self._secured, self._loop = secured, loop

    @property
    def destination(self) -> Address | None:
        """The pair that the peer nominated, as long as it consents."""
        if self._secured.by_ice:
            return self._secured.destination(self._loop.now)
        return super().destination

    def admit(self, source: Address, ssrc: int, sequence: int, now: float) -> bool:
        """Whoever has our password was let in by `Guard`."""
        if self._secured.by_ice:
            self.source, self.heard_at = source, now
            return True
        return super().admit(source, ssrc, sequence, now)


class Guard:
    """The protection of one stream at its socket."""

    def __init__(self, stream: Stream, secured: Secured, loop: Loop) -> None:
        self.secured = secured
        self._stream, self._loop = stream, loop
        self._retry: Timer | None = None
        self._consent: Timer | None = None

    def follow(self, agreed: Agreed) -> None:
        """Another description holds."""
        self._send(self.secured.follow(agreed, self._loop.now))

    def receive(self, buffer: bytearray, size: int, source: Address) -> int:
        """Open what is RTP or RTCP; take what belongs to ICE or DTLS (RFC 7983 §7)."""
        data = bytes(memoryview(buffer)[:size])
        kind = kind_of(data)
        if kind is Kind.RTP or kind is Kind.RTCP:
            return self._open(buffer, data, kind, source)
        if kind is Kind.OTHER:
            return _REFUSED
        self._send(self.secured.receive(data, kind, source, self._loop.now))
        if kind is Kind.STUN:
            self._redirect()
            if self._consent is None:
                self._consent = self._loop.call_at(self._loop.now + CONSENT_S, self._reconsider)
        return _TAKEN

    def seal(self, packet: memoryview | bytes) -> bytes | None:
        """An RTP packet as it is sent."""
        return self.secured.protection.protect(bytes(packet))

    def seal_report(self, packet: bytes) -> bytes | None:
        """The same for RTCP."""
        return self.secured.protection.protect_rtcp(packet)

    def close(self) -> None:
        """Say good-bye, and wait for nothing any more."""
        self._send(self.secured.close(self._loop.now))
        for timer in (self._retry, self._consent):
            if timer is not None:
                timer.cancel()

    def _open(self, buffer: bytearray, data: bytes, kind: Kind, source: Address) -> int:
        if not self.secured.admits(source):
            return _REFUSED
        protection = self.secured.protection
        change = protection.unprotect if kind is Kind.RTP else protection.unprotect_rtcp
        opened = change(data)
        if opened is None:
            return _REFUSED
        buffer[: len(opened)] = opened
        return len(opened)

    def _send(self, datagrams: Iterable[Datagram]) -> None:
        for data, destination in datagrams:
            self._stream.send_datagram(data, destination)
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self.secured.deadline is not None:
            self._retry = self._loop.call_at(self.secured.deadline, self._tick)

    def _tick(self) -> None:
        self._retry = None
        self._send(self.secured.tick(self._loop.now))

    def _reconsider(self) -> None:
        """The peer may have ceased to consent; checks since then move the deadline instead."""
        self._consent = None
        checked_at = self.secured.checked_at
        if checked_at is not None and self.secured.destination(self._loop.now) is not None:
            self._consent = self._loop.call_at(checked_at + CONSENT_S, self._reconsider)
        self._redirect()

    def _redirect(self) -> None:
        self._stream.redirect()
