"""Ten thousand registrations and their refreshes, without sockets: time and memory of each.

    python -m bench.registrations [--phones 10000] [--files DIR] [--profile]

Each phone sends REGISTER, is challenged, sends it again with credentials; later all refresh. CPU is
of both requests together; memory is what the process grew by, once the transactions have ended,
and again after the refreshes.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import hashlib
import pstats
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import note
from bench.sip_server import keeping
from pbxcore.authentication import Authentication
from pbxcore.devices import Devices
from pbxcore.directory import Directory, Extension, Snapshot
from pbxcore.domain import Domain
from pbxcore.domain_settings import DomainSettings
from pbxcore.entropy import Entropy
from pbxcore.presence.qualification import Qualification
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.temporary_gruu import TemporaryGruus
from pbxcore.services.phones import Phones
from pbxcore.services.registration import RegistrationService
from pbxcore.sip.flow import Flow
from pbxcore.sip.transactions.layer import TransactionLayer
from pbxcore.uas import Uas
from pbxcore.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.sip.flow import Target

TRANSACTION_S = 33.0
"""After which a transaction over UDP is forgotten (RFC 3261 §17.2.2, Timer J)."""
_NONCE = re.compile(rb'nonce="([^"]+)"')


class Nowhere:
    """A wire that keeps the last message sent."""

    said = b""

    def send(self, data: bytes, flow: Flow, port: int) -> bool:
        """Keep it."""
        self.said = data
        return True

    def reach(self, target: Target, then: Callable[[Flow | None], None]) -> None:
        """There is nobody."""
        then(None)

    def advertised(self, flow: Flow) -> tuple[str, int]:
        """Any address."""
        return "192.0.2.1", 5060

    def hold(self, flow: Flow, seconds: float) -> None:
        """UDP has no connections."""


class Server:
    """The registrar with everything a REGISTER passes, on a clock of its own."""

    def __init__(self, phones: int, folder: Path | None) -> None:
        users = tuple(Extension(f"u{at}", f"User {at}", "secret", 5) for at in range(phones))
        settings = DomainSettings(realm="bench", domains=("bench",))
        directory = Directory(Snapshot(1, settings, users))
        store, record = keeping(folder)
        self.wire, self.elapsed, entropy = Nowhere(), 0.0, Entropy()
        self.registrar, domain, uas = Registrar(), Domain(directory, (), lambda _: False), Uas()
        watch = Watch(directory, store=None, record=record, clock=self.clock)
        told = Phones(
            directory,
            self.registrar,
            Qualification(lambda: 0.5),
            store=store,
            record=record,
            now_ms=lambda: int(self.clock() * 1000),
        )
        service = RegistrationService(
            directory,
            domain,
            Authentication(
                directory,
                domain,
                watch=watch,
                devices=Devices(b"", self.clock),
                clock=self.clock,
                entropy=entropy,
            ),
            self.registrar,
            self.wire,
            temporary=TemporaryGruus(b"", entropy, self.registrar.of),
            changed=told.changed,
            clock=self.clock,
        )
        uas.serve(b"REGISTER", service.receive)
        self.layer = TransactionLayer(
            self.wire,
            uas.receive,
            clock=lambda: self.elapsed,
            entropy=entropy,
            arm=lambda _: None,
        )

    def clock(self) -> float:
        """Seconds UTC: the true ones and those that were skipped."""
        return time.time() + self.elapsed

    def skip(self, seconds: float) -> None:
        """Let time pass at once."""
        self.elapsed += seconds
        self.layer.tick(self.elapsed)


def register(at: int, cseq: int, credentials: bytes = b"") -> bytes:
    """One REGISTER as phones write it."""
    host = b"10.%d.%d.%d" % (at >> 16, at >> 8 & 255, at & 255)
    return (
        b"REGISTER sip:bench SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP %b:5060;branch=z9hG4bK%d-%d-%d;rport\r\n"
        b"Max-Forwards: 70\r\nFrom: <sip:u%d@bench>;tag=%d\r\nTo: <sip:u%d@bench>\r\n"
        b"Call-ID: %d@%b\r\nCSeq: %d REGISTER\r\nContact: <sip:u%d@%b:5060>\r\n"
        b"%bExpires: 3600\r\nUser-Agent: bench\r\nContent-Length: 0\r\n\r\n"
    ) % (host, at, cseq, len(credentials), at, cseq, at, at, host, cseq, at, host, credentials)


def authorization(at: int, answer: bytes) -> bytes:
    """The line that answers a challenge."""
    found = _NONCE.search(answer)
    assert found is not None, answer
    nonce = found[1].decode()
    one = hashlib.md5(f"u{at}:bench:secret".encode(), usedforsecurity=False).hexdigest()
    two = hashlib.md5(b"REGISTER:sip:bench", usedforsecurity=False).hexdigest()
    whole = f"{one}:{nonce}:00000001:c:auth:{two}"
    digest = hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest()
    return (
        f'Authorization: Digest username="u{at}", realm="bench", nonce="{nonce}", uri="sip:bench",'
        f' response="{digest}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c"\r\n'
    ).encode()


def round_of(server: Server, phones: int, cseq: int) -> float:
    """Let every phone register; CPU seconds of the server's side."""
    spent, watch = 0.0, time.process_time
    layer, wire = server.layer, server.wire
    for at in range(phones):
        flow = Flow("udp", "192.0.2.1:5060", f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}", 5060)
        first = register(at, cseq)
        begun = watch()
        layer.receive(first, flow)
        spent += watch() - begun
        second = register(at, cseq + 1, authorization(at, wire.said))
        begun = watch()
        layer.receive(second, flow)
        spent += watch() - begun
        assert wire.said.startswith(b"SIP/2.0 200 "), wire.said
    return spent


def resident() -> int:
    """Bytes of memory that this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=10_000)
    parser.add_argument("--files", type=Path, default=None, metavar="DIR")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    server = Server(options.phones, options.files)
    before = resident()
    profile = cProfile.Profile()
    for cseq, name in ((1, "registration"), (3, "refresh"), (5, "refresh")):
        if options.profile and cseq == 3:
            profile.enable()
        spent = round_of(server, options.phones, cseq)
        profile.disable()
        server.skip(TRANSACTION_S)
        server.skip(TRANSACTION_S)
        grown = (resident() - before) / options.phones
        assert len(server.registrar) == options.phones
        note(
            f"{options.phones} phones, {name:12}: {spent / options.phones * 1e6:6.1f} µs CPU"
            f" (challenge and answer), {grown / 1024:5.2f} KiB for each phone"
        )
        server.elapsed += 1800
    if options.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    main()
