"""Lets the peer of a stream send a fax: in the stream's sound, or in its datagrams (T.38)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from pbxcore.media.in_order import InOrder
from pbxcore.media.udptl import UdptlReader, UdptlWriter
from pbxcore.net.media.fax_machine import FRAME, FaxMachine
from pbxcore.net.media.hearing import Decoders
from pbxcore.net.media.output import Claim
from pbxcore.net.media.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.media.commands import FaxEnded, ReceiveFax
    from pbxcore.media.rtp import Packet
    from pbxcore.net.media.loop import Loop
    from pbxcore.net.media.spandsp import Library
    from pbxcore.net.media.stream import Stream

_RATE: Final = 8000
_SILENT_TICKS: Final = 25
"""So long nothing comes until the machine is told so: its timers go by what it hears.

What is merely late is heard without a gap, which no modem would survive.
"""


class FaxReceiver:
    """One fax on one stream, which meanwhile hears nobody else. `over` is told once."""

    def __init__(
        self,
        functions: Library,
        wanted: ReceiveFax,
        stream: Stream,
        loop: Loop,
        over: Callable[[FaxEnded], None],
    ) -> None:
        self._stream, self._loop, self._over = stream, loop, over
        self._machine = FaxMachine(functions, wanted)
        self._decoders = Decoders(stream)
        self._saying = Saying(stream, self, _RATE)
        self._order: InOrder[bytes] = InOrder()
        self._source: int | None = None
        self._reader, self._writer = UdptlReader(), UdptlWriter()
        self._by_packets = False
        self._silent = 0
        self._frame_bytes = 2 * FRAME
        self._stopped = False
        stream.output.claim(Claim.PLAY, self)
        stream.hear(self._take)
        stream.at_close(self.stop)
        loop.each_tick(self._tick)

    def stop(self) -> None:
        """End it with the pages there are."""
        if not self._stopped:
            self._stopped = True
            self._leave()
            self._machine.stop()

    def finish(self) -> None:
        """End it at once: nothing ticks any more."""
        self.stop()
        self._machine.join()
        self._tick(0.0)

    def _leave(self) -> None:
        stream = self._stream
        stream.ignore(self._take)
        stream.forget_close(self.stop)
        stream.output.release(Claim.PLAY, self)
        if self._by_packets:
            stream.fax.on_datagram = None

    def _take(self, packet: Packet) -> None:
        decoder = self._decoders.of(packet.payload_type)
        if decoder is None or self._by_packets:
            return
        if packet.ssrc != self._source:
            self._source, self._order = packet.ssrc, InOrder()
        samples = decoder.decode(bytes(packet.payload))
        if decoder.rate != _RATE:
            return  # no modem survives another codec: one in G.711 is asked for meanwhile
        self._silent = 0
        for each in self._order.put(packet.sequence, samples.astype(np.int16).tobytes()):
            if each is None:
                self._machine.miss(self._frame_bytes // 2)
            else:
                self._frame_bytes = len(each)
                self._machine.hear(each)

    def _take_datagram(self, data: memoryview) -> None:
        for number, packet in self._reader.read(bytes(data)):
            self._machine.take(number, packet)

    def _tick(self, moment: float) -> None:
        machine = self._machine
        if self._stopped:
            machine.said.clear()
            machine.packets.clear()
        if machine.ended is not None and not (machine.packets or self._has_to_say):
            self._loop.no_tick(self._tick)
            self.stop()
            self._over(machine.ended)
        elif not self._stopped:
            self._go_on(moment)

    @property
    def _has_to_say(self) -> bool:
        """What is left to be heard; where datagrams go, no sound does any more."""
        return bool(self._machine.said) and not self._by_packets

    def _go_on(self, moment: float) -> None:
        machine = self._machine
        if self._stream.is_fax and not self._by_packets:
            self._by_packets = True
            self._stream.fax.on_datagram = self._take_datagram
            machine.turn_to_packets()
        machine.tick()
        if self._by_packets:
            while machine.packets:
                packet, times = machine.packets.popleft()
                datagram = memoryview(self._writer.write(packet))
                for _ in range(times):
                    self._stream.output.pass_on(datagram)
            return
        self._silent += 1
        if self._silent > _SILENT_TICKS:
            machine.miss(FRAME)
        if machine.said:
            self._saying.say(np.frombuffer(machine.said.popleft(), np.int16), moment)
        else:
            self._saying.skip()
