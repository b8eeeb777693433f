"""Damaged messages in the middle of calls: nothing raises, nothing stays, the next call works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pbxcore.sip.message import parse
from tests.support.agents import World

if TYPE_CHECKING:
    import random

A, B = "10.0.0.1", "10.0.0.2"
VALUES = (
    b"",
    b"x",
    b"0",
    b"-1",
    b"4294967296",
    b"<",
    b'"',
    b"<sip:>",
    b"<sips:x@y;lr>, <",
    b"*",
    b"1 INVITE",
    b"17 1 INVITE",
    b"application/octet-stream",
    b"multipart/mixed",
    b"refer;id=99999999999",
    b"terminated",
    b"100rel, timer, x",
    b"90;refresher=uas",
    b"1;refresher=uac",
    b"a;to-tag=b;from-tag=c",
)
NAMES = (
    b"Contact Record-Route Require Supported RSeq RAck Session-Expires Min-SE Refer-To Event Allow"
    b" Subscription-State Replaces Content-Type Content-Disposition To From CSeq Call-ID Via"
    b" Info-Package Retry-After Refer-Sub Referred-By Expires WWW-Authenticate Route Content-Length"
).split()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The message with a header changed, left out, doubled or added, or with octets changed."""
    message = parse(data)
    name = chance.choice(NAMES)
    line = name + b": " + chance.choice(VALUES)
    match chance.randrange(5):
        case 0:
            message.replace(name.lower())
        case 1:
            message.replace(name.lower(), line)
        case 2:
            message.lines.append(line)
        case 3:
            message.body = chance.randbytes(chance.randrange(40))
        case _:
            octets = bytearray(data)
            for _ in range(chance.randrange(1, 6)):
                octets[chance.randrange(len(octets))] = chance.randrange(256)
            return bytes(octets)
    return message.encode()


class Noisy(World):
    """Some of what is sent arrives damaged, instead of or beside what was sent."""

    share = 0.3

    def put(self, sender: str, to: str, data: bytes) -> None:
        if self.chance.random() < self.share:
            super().put(sender, to, damaged(data, self.chance))
            if self.chance.random() < 0.5:
                return
        super().put(sender, to, data)


@pytest.mark.parametrize("seed", range(150))
def test_calls_amid_damaged_messages(seed: int) -> None:
    world = Noisy(seed)
    alice, bob = world.host(A, session_s=90), world.host(B)
    bob.desk.at_once = lambda call: call.ring(183, b"early" if call.offer else b"offer")
    witness = alice.call(bob, b"offer" if seed % 2 else b"")
    world.run(2.0)
    for call in list(bob.desk.calls):
        call.accept(b"answer")
    world.run(2.0)
    for either in [*witness.calls, *bob.desk.calls]:
        either.modify(b"changed")
        either.send(b"INFO", lines=(b"Info-Package: test",), body=b"x")
        either.refer(b"<sip:10.0.0.1>", lambda progress: None)
    world.run(200.0)
    for host in (alice, bob):
        host.agent.hang_up_all()
    world.share = 0.0
    world.run(1500.0)
    for host in (alice, bob):
        assert len(host.agent) == 0
        assert len(host.layer) == 0
    again = alice.call(bob)
    world.run(1.0)
    bob.desk.call.accept(b"answer")
    world.run(1.0)
    assert "confirmed" in again.notes
