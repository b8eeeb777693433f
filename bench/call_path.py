"""Calls through the whole PBX without sockets: what the way of a call costs by itself.

    python -m bench.call_path [--calls 50] [--rounds 40] [--held 50] [--files DIR] [--instructions]

Both parties are played here and say what `bench/reference` has SIPp say. What the PBX sends is
taken from it before the socket, and what it receives is handed to it behind the socket, one after
the other in one process: neither the kernel nor what else the machine does is in the figure, which
is the least of many short rounds. `--instructions` counts those of the processor (callgrind, two
minutes at most): the same in every run to a thousandth, so that a change of one per cent shows.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import os
import pstats
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from typing import Final

from bench.figures import note
from bench.sip_server import Ports, keeping, registered, stored
from engage.processes.part import YOUNG_CALLS, settle
from pbxcore.directory import Directory, Extension, Snapshot
from pbxcore.domain_settings import DomainSettings
from pbxcore.pbx import Audio, Outlets, Pbx, Stores
from pbxcore.sip.flow import Flow

CALLER: Final = ("127.0.0.1", 25160)
CALLEE: Final = ("127.0.0.1", 5070)
LOCAL: Final = "127.0.0.1:25060"
_WARM: Final = 200
_URI: Final = b"sip:uas@" + LOCAL.encode()
_SDP: Final = (
    b"v=0\r\no=bench 53655765 2353687637 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    b"m=audio 31000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
)
_DESCRIBED: Final = b"Content-Type: application/sdp\r\n"
_ALLOW: Final = b"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS\r\n"
_ECHOED: Final = (b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:")
_TAG: Final = re.compile(rb"^To:.*;tag=(\S+)", re.MULTILINE)
_CONTACT: Final = re.compile(rb"^Contact: <([^>]+)>", re.MULTILINE)


class Phones:
    """The two phones of each call, at the place of the PBX's UDP socket."""

    local = LOCAL

    def __init__(self) -> None:
        self.heard: list[tuple[bytes, int]] = []

    def send(self, data: bytes, _host: str, port: int) -> bool:
        """Take what the PBX sends."""
        self.heard.append((data, port))
        return True

    def reaches(self, _host: str) -> bool:
        """Everybody is here."""
        return True

    def close(self) -> None:
        """There is no socket."""


def request(
    method: bytes, uri: bytes, number: int, cseq: int, tag: bytes = b"", lines: bytes = b""
) -> bytes:
    """What the caller sends; an INVITE offers a session."""
    body = _SDP if method == b"INVITE" else b""
    to = b"<%b>;tag=%b" % (_URI, tag) if tag else b"<%b>" % _URI
    return (
        b"%b %b SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:25160;branch=z9hG4bK-%d-%d-%b\r\n"
        b"Max-Forwards: 70\r\nFrom: <sip:uac@127.0.0.1>;tag=%dc\r\nTo: %b\r\n"
        b"Call-ID: %d-1@127.0.0.1\r\nCSeq: %d %b\r\n%bContent-Length: %d\r\n\r\n%b"
    ) % (
        method,
        uri,
        number,
        cseq,
        method,
        number,
        to,
        number,
        cseq,
        method,
        lines,
        len(body),
        body,
    )


def answer(asked: bytes, status: bytes, number: int, body: bytes = b"") -> bytes:
    """What the callee answers."""
    lines = []
    for line in asked.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]:
        if line.startswith(_ECHOED):
            tagged = line.startswith(b"To:") and b";tag=" not in line
            lines.append(line + b";tag=%ds" % number if tagged else line)
    head = b"\r\n".join((b"SIP/2.0 " + status, *lines))
    more = _ALLOW + _DESCRIBED if body else b""
    contact = b"Contact: <sip:callee@127.0.0.1:5070;transport=UDP>\r\n"
    return b"%b\r\n%b%bContent-Length: %d\r\n\r\n%b" % (head, contact, more, len(body), body)


class Exchange:
    """One PBX, and the two who call each other through it."""

    def __init__(self, pbx: Pbx, held: int) -> None:
        running = pbx._running  # noqa: SLF001 - what lies behind the sockets is measured
        assert running is not None
        endpoint = running.endpoint
        self.phones = Phones()
        endpoint.attach(self.phones)
        self.layer = endpoint.layer
        self._receive = endpoint.receive
        self._number, self._held = 0, held
        self._talks: deque[tuple[int, bytes, bytes]] = deque()
        self.spent = 0.0

    def hear(self, data: bytes, peer: tuple[str, int]) -> dict[int, list[bytes]]:
        """Hand one datagram in; what comes out, by the port it goes to."""
        flow = Flow("udp", LOCAL, *peer)
        begun = time.process_time()
        self._receive(data, flow)
        self.spent += time.process_time() - begun
        out: dict[int, list[bytes]] = {CALLER[1]: [], CALLEE[1]: []}
        for each, port in self.phones.heard:
            out[port].append(each)
        self.phones.heard.clear()
        return out

    def call(self) -> None:
        """INVITE to BYE, of another call where some are held meanwhile."""
        self._talks.append(self._begin())
        if len(self._talks) > self._held:
            self._end(*self._talks.popleft())

    def _begin(self) -> tuple[int, bytes, bytes]:
        """A call is set up: its number, and the dialog's target and tag."""
        self._number = number = self._number + 1
        lines = b"Contact: <sip:uac@127.0.0.1:25160>\r\nUser-Agent: bench\r\n" + _ALLOW + _DESCRIBED
        invited = self.hear(request(b"INVITE", _URI, number, 1, lines=lines), CALLER)
        [invite] = invited[CALLEE[1]]
        self.hear(answer(invite, b"180 Ringing", number), CALLEE)
        answered = self.hear(answer(invite, b"200 OK", number, _SDP), CALLEE)
        [success] = answered[CALLER[1]]
        assert success.startswith(b"SIP/2.0 200 ")
        [ack] = answered[CALLEE[1]]
        assert ack.startswith(b"ACK ")
        tag, contact = _TAG.search(success), _CONTACT.search(success)
        assert tag is not None
        assert contact is not None
        self.hear(request(b"ACK", contact[1], number, 1, tag[1]), CALLER)
        return number, contact[1], tag[1]

    def _end(self, number: int, contact: bytes, tag: bytes) -> None:
        ended = self.hear(request(b"BYE", contact, number, 2, tag), CALLER)
        assert ended[CALLER[1]][-1].startswith(b"SIP/2.0 200 ")
        [bye] = ended[CALLEE[1]]
        self.hear(answer(bye, b"200 OK", number), CALLEE)


async def exchange(folder: Path | None = None, held: int = 0) -> Exchange:
    """A PBX that has begun, warm."""
    settings = DomainSettings(realm="bench", domains=("bench",), trusted_peers=("127.0.0.0/8",))
    directory = Directory(Snapshot(1, settings, (Extension("uas", "Uas", "secret", 5),)))
    store, record = keeping(folder, registered("{}:{}".format(*CALLEE), LOCAL))
    pbx = Pbx(directory, Stores(store), Outlets(record, stored), Audio(Ports()))
    await pbx.start([], [])
    made = Exchange(pbx, held)
    for _ in range(_WARM):
        made.call()
    gc.collect()
    settle(YOUNG_CALLS)
    return made


async def measure(options: argparse.Namespace) -> None:
    """Let calls pass, and tell what they took."""
    made = await exchange(options.files, options.held)
    if options.counted:
        _count(made, options.calls)
    least = timers = float("inf")
    for _ in range(options.rounds):
        made.spent = 0.0
        for _ in range(options.calls):
            made.call()
        least = min(least, made.spent / options.calls)
        begun = time.process_time()
        made.layer.tick(asyncio.get_running_loop().time() + 40)
        timers = min(timers, (time.process_time() - begun) / options.calls)
        await asyncio.sleep(0)
    note(f"{least * 1e6:.0f} µs CPU for a call, {timers * 1e6:.0f} µs for its timers afterwards")
    if options.profile:
        profile = cProfile.Profile()
        profile.enable()
        for _ in range(1000):
            made.call()
        profile.disable()
        pstats.Stats(profile).sort_stats("tottime").print_stats(60)


def _count(made: Exchange, calls: int) -> None:
    """Have callgrind count while calls pass; then end."""
    for switch in ("on", "off"):
        control = ["callgrind_control", "-i", switch, str(os.getpid())]
        subprocess.run(control, check=True, stdout=subprocess.DEVNULL)
        if switch == "on":
            for _ in range(calls):
                made.call()
    os._exit(0)


def _instructions(options: argparse.Namespace) -> None:
    """Run under callgrind, and tell what it counted."""
    if shutil.which("callgrind_control") is None:
        sys.exit("valgrind is not installed")
    command = [
        "valgrind",
        "--tool=callgrind",
        "--instr-atstart=no",
        "--callgrind-out-file=/dev/null",
    ]
    command += [sys.executable, "-m", "bench.call_path", "--counted"]
    command += ["--calls", str(options.calls), "--held", str(options.held)]
    if options.files is not None:
        command += ["--files", str(options.files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", done.stderr)
    if counted is None:
        sys.exit(done.stderr)
    each = int(counted[1]) / options.calls / 1e6
    note(f"{each:.3f} million instructions for a call and its phones")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--held", type=int, default=0, help="calls that are up meanwhile")
    parser.add_argument("--files", type=Path, default=None, metavar="DIR")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--counted", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.instructions:
        _instructions(options)
    else:
        asyncio.run(measure(options))


if __name__ == "__main__":
    main()
