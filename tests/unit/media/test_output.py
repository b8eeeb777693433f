"""What a stream sends: numbers of its own, whoever feeds it."""

from __future__ import annotations

import struct

from pbxcore.media.rtp import Packet, build
from pbxcore.net.media.output import Output


def test_numbers_go_on_round_their_end_and_a_late_packet_turns_none_back() -> None:
    output = Output(ssrc=1, sequence=65533, timestamp=0)
    output.enabled = True
    sent: list[int] = []
    output.transmit = lambda data: sent.append(struct.unpack_from("!H", data, 2)[0])
    for sequence in (7, 8, 10, 9):
        data = build(b"sound", payload_type=0, sequence=sequence, timestamp=160 * sequence, ssrc=9)
        packet = Packet(data)
        assert packet.read(len(data))
        output.forward(packet, 0, feeder="relay")
    assert sent == [65534, 65535, 1, 0]
    assert output.sequence == 1
