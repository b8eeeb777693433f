"""A fax machine that calls and sends, by spandsp; and pages for it."""

from __future__ import annotations

import ctypes
import re
import socket
import struct
import threading
import time
from ctypes import c_char_p, c_int, c_void_p
from io import BytesIO
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from PIL import Image, ImageDraw

from pbxcore.faxes.library import SONAME
from pbxcore.media.codecs.coding import decoder_for, encoder_for
from pbxcore.media.rtp import build
from pbxcore.media.udptl import UdptlReader, UdptlWriter
from pbxcore.net.media import spandsp
from pbxcore.sip.sdp.codecs import PCMU, Format
from tests.support.server import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.mail_sink import Taken

WIDTH: Final = 1728  # of A4 (ITU-T T.4)


class PacketSender:
    """Sends the pages of a TIFF over T.38's packets; `sent` are those not taken yet."""

    def __init__(self, tiff: Path) -> None:
        functions = spandsp.library()
        assert functions is not None
        self._functions = functions
        self.sent: list[tuple[bytes, int]] = []
        self.completion: int | None = None

        def packet(_core: int, _user: int, data: int, size: int, times: int) -> int:
            self.sent.append((ctypes.string_at(data, size), times))
            return 0

        def ended(_state: int, _user: int, completion: int) -> None:
            self.completion = completion

        kind = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_int)
        self._packet = kind(packet)
        self._ended = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_int)(ended)
        self._state = functions.t38_terminal_init(None, 1, self._packet, None)
        t30 = functions.t38_terminal_get_t30_state(self._state)
        functions.t30_set_ecm_capability(t30, 1)
        functions.t30_set_supported_compressions(t30, 14)
        _send_file(t30, tiff)
        functions.t30_set_phase_e_handler(t30, self._ended, None)
        self._core = functions.t38_terminal_get_t38_core_state(self._state)

    def take(self, number: int, packet: bytes) -> None:
        """A packet of the other side."""
        self._functions.t38_core_rx_ifp_packet(self._core, packet, len(packet), number)

    def pass_time(self) -> list[tuple[bytes, int]]:
        """20 ms; what is to be sent now, and how often."""
        self._functions.t38_terminal_send_timeout(self._state, 160)
        sent, self.sent = self.sent, []
        return sent

    def close(self) -> None:
        """Free it."""
        self._functions.t38_terminal_free(self._state)


def _send_file(t30: int, tiff: Path) -> None:
    library = ctypes.CDLL(SONAME)
    library.t30_set_tx_file.argtypes = [c_void_p, c_char_p, c_int, c_int]
    library.t30_set_tx_file.restype = None
    library.t30_set_tx_file(t30, str(tiff).encode(), -1, -1)


class Sender:
    """Sends the pages of a TIFF once the other side answers, in sound at 8000 Hz."""

    def __init__(
        self, tiff: Path, ident: str = "+4930111", *, error_correction: bool = True
    ) -> None:
        functions = spandsp.library()
        assert functions is not None
        self._functions = functions
        self._state = functions.fax_init(None, 1)
        functions.fax_set_transmit_on_idle(self._state, 1)
        t30 = functions.fax_get_t30_state(self._state)
        functions.t30_set_tx_ident(t30, ident.encode())
        functions.t30_set_ecm_capability(t30, int(error_correction))
        functions.t30_set_supported_compressions(t30, 14)
        _send_file(t30, tiff)
        self.completion: int | None = None

        def ended(_state: int, _user: int, completion: int) -> None:
            self.completion = completion

        self._handler = ctypes.CFUNCTYPE(None, c_void_p, c_void_p, c_int)(ended)
        functions.t30_set_phase_e_handler(t30, self._handler, None)

    def hear(self, samples: bytes) -> None:
        """What the other side says."""
        self._functions.fax_rx(self._state, samples, len(samples) // 2)

    def say(self, count: int = 160) -> bytes:
        """The next samples."""
        samples = ctypes.create_string_buffer(2 * count)
        self._functions.fax_tx(self._state, samples, count)
        return samples.raw

    def close(self) -> None:
        """Free it."""
        self._functions.fax_free(self._state)


def pages(count: int, height: int = 400) -> list[Image.Image]:
    """Pages that can be told apart, of lines and letters."""
    found = []
    for number in range(1, count + 1):
        page = Image.new("1", (WIDTH, height), 1)
        draw = ImageDraw.Draw(page)
        for row in range(0, height, 37):
            draw.line((0, row, WIDTH - 1, (row * number) % height), fill=0, width=2)
        draw.text((200, height // 3), f"Page {number} of {count}", fill=0, font_size=120)
        found.append(page)
    return found


def write_tiff(path: Path, images: list[Image.Image]) -> Path:
    """As fax machines keep them: fine resolution, T.6."""
    first, *others = images
    first.save(path, save_all=True, append_images=others, compression="group4", dpi=(204, 196))
    return path


def read_tiff(path: Path) -> list[Image.Image]:
    """Its pages."""
    with Image.open(path) as found:
        count = getattr(found, "n_frames", 1)
        images = []
        for number in range(count):
            found.seek(number)
            images.append(found.convert("1"))
        return images


class Machine:
    """A fax machine at the end of a call: its sound over RTP, in G.711, once `answered`.

    Without a `tiff` it is no machine, and says nothing. It may go on by datagrams (T.38).
    """

    def __init__(self, tiff: Path | None, *, codec: Format = PCMU) -> None:
        self._tiff = tiff
        self.sender = None if tiff is None else Sender(tiff)
        self._packets: PacketSender | None = None
        self._reader, self._writer = UdptlReader(), UdptlWriter()
        self._encoder, self._decoder = encoder_for(codec.codec), decoder_for(codec.codec)
        self._codec = codec
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._peer: tuple[str, int] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._socket.close()
        if self.sender is not None:
            self.sender.close()
        if self._packets is not None:
            self._packets.close()

    @property
    def description(self) -> bytes:
        """An offer of its sound."""
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {self.port} RTP/AVP {self._codec.payload_type}\r\n"
        ).encode()

    def answered(self, description: bytes) -> None:
        """Begin, with whoever describes itself so."""
        line = next(each for each in description.splitlines() if each.startswith(b"m="))
        self._peer = ("127.0.0.1", int(line.split()[1]))

    @property
    def by_packets(self) -> bytes:
        """A description of T.38 in the place of its sound; it sends so from now on."""
        assert self._tiff is not None
        self._packets = PacketSender(self._tiff)
        return (
            "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=image {self.port} udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\n"
            "a=T38FaxRateManagement:transferredTCF\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n"
        ).encode()

    def done(self, within_s: float = 90) -> int:
        """Wait until it has sent, or has given up; spandsp's code."""

        def completion() -> int | None:
            sender = self._packets or self.sender
            assert sender is not None
            return sender.completion

        wait_until(lambda: completion() is not None, within_s, "the fax is sent")
        found = completion()
        assert found is not None
        return found

    def _run(self) -> None:
        number, due = 0, time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            self._hear()
            due += 0.02
            if self._peer is None:
                continue
            if self._packets is not None:
                self._send_packets(self._packets, self._peer)
                continue
            frame = bytes(320) if self.sender is None else self.sender.say()
            payload = self._encoder.encode(np.frombuffer(frame, np.int16))
            packet = build(
                payload,
                payload_type=self._codec.payload_type,
                sequence=number & 0xFFFF,
                timestamp=number * 160,
                ssrc=4711,
                marker=not number,
            )
            self._socket.sendto(packet, self._peer)
            number += 1

    def _send_packets(self, sender: PacketSender, peer: tuple[str, int]) -> None:
        for packet, times in sender.pass_time():
            datagram = self._writer.write(packet)
            for _ in range(times):
                self._socket.sendto(datagram, peer)

    def _hear(self) -> None:
        while True:
            try:
                packet = self._socket.recv(2048)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if self._packets is not None:
                for number, each in self._reader.read(packet):
                    self._packets.take(number, each)
            elif self.sender is not None and packet[1] & 0x7F == self._codec.payload_type:
                self.sender.hear(self._decoder.decode(packet[12:]).tobytes())


def same(received: list[Image.Image], sent: list[Image.Image]) -> bool:
    """Whether each pixel is as it was sent."""
    return [each.tobytes() for each in received] == [each.tobytes() for each in sent]


def attached_to(mail: Taken) -> tuple[str, bytes]:
    """The name and the bytes of a mail's one file."""
    (part,) = mail.message.iter_attachments()
    assert part.get_content_type() == "application/pdf"
    content = part.get_content()
    assert isinstance(content, bytes)
    return part.get_filename() or "", content


def read_pdf(data: bytes) -> list[Image.Image]:
    """The pages of a PDF, each one picture packed by T.6, which is read as the TIFF it is."""
    pages = []
    for found in re.finditer(
        rb"/Width (\d+)\s+/Height (\d+).*?/CCITTFaxDecode.*?/Length (\d+)\s*>>\s*stream\r?\n",
        data,
        re.DOTALL,
    ):
        width, height, length = map(int, found.groups())
        packed = data[found.end() : found.end() + length]
        pages.append(_unpacked(packed, width, height))
    return pages


def _unpacked(packed: bytes, width: int, height: int) -> Image.Image:
    entries = {
        256: width,
        257: height,
        258: 1,  # bit a pixel
        259: 4,  # T.6
        262: 1,  # zero is black, as /BlackIs1 turns it
        273: 8,  # where the strip begins
        278: height,
        279: len(packed),
    }
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, each) for tag, each in entries.items())
    head = struct.pack("<2sHI", b"II", 42, 8 + len(packed))
    tiff = Image.open(BytesIO(head + packed + directory + bytes(4)), formats=("TIFF",))
    return tiff.convert("1")
