"""What two peers tell each other about how they hear each other (RFC 3550 §6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.media.commands import Figures
from pbxcore.media.quality import mean_opinion
from pbxcore.media.rtcp import (
    Feedback,
    Goodbye,
    Item,
    Names,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    encode,
    middle,
    round_trip_s,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pbxcore.media.reception import Reception

_PACKET_MS: Final = 20


class Reporting:
    """One stream's reports; `ntp` is the moment as `rtcp.ntp_time` gives it.

    Attributes:
        block: what the peer said last of how it receives us.
        round_trip_s: there and back, None while unknown.
    """

    def __init__(self, ssrc: int, name: str, reception: Reception) -> None:
        self.block: ReportBlock | None = None
        self.round_trip_s: float | None = None
        self._ssrc, self._name, self._reception = ssrc, name, reception
        self._last_report: tuple[int, int] | None = None
        self._reported = 0

    def hear(self, items: Iterable[Item], ntp: int) -> list[Feedback]:
        """Take the peer's reports; the feedback among them is for whoever feeds us."""
        feedback = []
        for item in items:
            match item:
                case SenderReport(_, sent_at, _, _, _, blocks):
                    self._last_report = middle(sent_at), middle(ntp)
                    self._hear_blocks(blocks, ntp)
                case ReceiverReport(_, blocks):
                    self._hear_blocks(blocks, ntp)
                case Feedback():
                    feedback.append(item)
                case _:
                    pass
        return feedback

    def compound(
        self, ntp: int, timestamp: int, packets: int, octets: int, *more: Item, ends: bool = False
    ) -> bytes:
        """What is sent now: of what we sent so far, `timestamp` being now on its clock."""
        last, heard_at = self._last_report or (0, 0)
        since = (middle(ntp) - heard_at) & 0xFFFFFFFF if last else 0
        block = self._reception.report(last, since)
        blocks = (block,) if block is not None else ()
        report: Item = ReceiverReport(self._ssrc, blocks)
        if packets > self._reported:  # a sender since the last one (§6.4)
            report = SenderReport(
                self._ssrc, ntp, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF, blocks
            )
        self._reported = packets
        goodbye = (Goodbye((self._ssrc,)),) if ends else ()
        return encode((report, Names(((self._ssrc, self._name),)), *more, *goodbye))

    def received(self, packets: int, octets: int, codec: str) -> Figures:
        """How we hear the peer; the score only where a voice's codec is named."""
        reception = self._reception
        lost, jitter_ms = max(reception.lost, 0), reception.jitter_ms
        mos = self._score(codec, lost, reception.expected, jitter_ms)
        return Figures(packets, octets, lost, round(jitter_ms, 2), mos)

    def sent(self, packets: int, octets: int, codec: str, clock_rate: int) -> Figures:
        """How the peer hears us, as it says."""
        if self.block is None:
            return Figures(packets, octets)
        lost, jitter_ms = max(self.block.lost, 0), self.block.jitter * 1000 / clock_rate
        mos = self._score(codec, lost, packets, jitter_ms)
        return Figures(packets, octets, lost, round(jitter_ms, 2), mos)

    def _score(self, codec: str, lost: int, expected: int, jitter_ms: float) -> float:
        if not codec or not expected:
            return 0.0
        buffered_ms = 2 * jitter_ms + _PACKET_MS
        delay_ms = buffered_ms + (self.round_trip_s or 0.0) * 500
        return mean_opinion(codec, lost=lost / expected, delay_ms=delay_ms)

    def _hear_blocks(self, blocks: Iterable[ReportBlock], ntp: int) -> None:
        for block in blocks:
            if block.ssrc == self._ssrc:
                self.block = block
                passed = round_trip_s(block, ntp)
                if passed is not None:
                    self.round_trip_s = passed
