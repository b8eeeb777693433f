"""Whose media a stream takes, and where it sends: symmetric RTP without hijacking (RFC 4961).

The description's address is often wrong (NAT), so a stream follows where media come from. Whoever
finds a port could send there and have the call's sound sent to itself; so the first valid source is
kept, and only a new description, or its silence, lets another in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import TypeAlias

Address: TypeAlias = "tuple[str, int] | tuple[str, int, int, int]"
"""As the socket gives it, so that equal addresses are equal."""

SILENCE_S: Final = 5.0
"""After so long without media another source may take over: a phone that changed its network."""
FORMER_S: Final = 1.0
"""For so long after a new description the source before it may still speak, but not be kept."""


class Latch:
    """One stream's.

    Attributes:
        source: whom it keeps to; None: nobody yet.
        signalled: where the description says that its media come from.
        heard_at: when it last spoke; set by `admit`, or by who knows it by `source`.
    """

    def __init__(self) -> None:
        self.source: Address | None = None
        self.signalled: Address | None = None
        self._follows = True
        self._former: Address | None = None
        self.heard_at = self._expected_at = 0.0
        self._probation: tuple[Address, int, int] | None = None

    @property
    def destination(self) -> Address | None:
        """Where to send now."""
        if self.source is None or not self._follows:
            return self.signalled
        signalled = self.signalled
        if signalled is not None and _is_ipv4(self.source) != _is_ipv4(signalled):
            return signalled
        return self.source

    def expect(self, signalled: Address | None, follows: bool, now: float) -> None:
        """A description came: media go to `signalled` until somebody is heard.

        `follows`: send where media come from, not where the description says.
        """
        self._follows = follows
        if signalled == self.signalled:
            return
        self.signalled = signalled
        if self.source is not None:
            self._former, self.source = self.source, None
        self._expected_at = now
        self._probation = None

    def admit(self, source: Address, ssrc: int, sequence: int, now: float) -> bool:
        """Whether a packet, valid in itself, is the peer's.

        The signalled address is believed at once and at any time; any other has to show two packets
        in sequence (RFC 3550 §A.1, MIN_SEQUENTIAL) while nobody is kept.
        """
        if source == self.source:
            self.heard_at = now
            return True
        if source != self.signalled:
            if self.source is not None and now - self.heard_at < SILENCE_S:
                return False
            if source == self._former and now - self._expected_at < FORMER_S:
                return True
            if not self._proved(source, ssrc, sequence):
                return False
        self.source, self.heard_at = source, now
        self._former = self._probation = None
        return True

    def _proved(self, source: Address, ssrc: int, sequence: int) -> bool:
        proved = self._probation == (source, ssrc, sequence)
        self._probation = (source, ssrc, sequence + 1 & 0xFFFF)
        return proved


def _is_ipv4(address: Address) -> bool:
    return "." in address[0]  # mapped into IPv6 as well
