"""Session timers and reliable provisionals of two legs: each side agrees with us for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.sip.agent.profile import ALLOW
from pbxcore.sip.message import Request, Response, parse
from tests.support.handsets import Office

if TYPE_CHECKING:
    from pbxcore.sip.message import Message
    from tests.support.handsets import Talk


class Tap:
    """What arrives at a stack by datagram."""

    def __init__(self, office: Office, name: str) -> None:
        stack = office.house.stack if name == "pbx" else office[name].stack
        self.came: list[tuple[str, Message]] = []
        take = stack.datagram

        def datagram(data: bytes, source: tuple[str, int]) -> None:
            self.came.append((source[0], parse(data)))
            take(data, source)

        stack.datagram = datagram  # type: ignore[method-assign]

    def requests(self, method: bytes, source: str = "") -> list[Request]:
        """Those of one method, from one address or from all."""
        return [
            each
            for host, each in self.came
            if isinstance(each, Request) and each.method == method and source in ("", host)
        ]

    def provisionals(self) -> list[Response]:
        """All but 100."""
        found = [each for _, each in self.came if isinstance(each, Response)]
        return [each for each in found if 100 < each.status < 200]


def speaks(
    office: Office, name: str, *, session_s: int = 0, least_s: int = 90, reliable: bool
) -> None:
    """Let a phone want these."""
    core = office[name].agent.core
    core.profile = msgspec.structs.replace(
        core.profile, session_s=session_s, shortest_session_s=least_s, reliable=reliable
    )


def knows_nothing(office: Office, name: str) -> None:
    """Let a phone understand no extension."""
    core = office[name].agent.core
    core.abilities = lambda prack="supported": (b"Allow: " + ALLOW,)  # type: ignore[method-assign]


def talking(office: Office, *lines: bytes) -> tuple[Talk, Talk]:
    alice = office["alice"].dial("bob", *lines)
    office.run(1)
    bob = office["bob"].talk
    bob.accept()
    office.run(1)
    assert (alice.notes[-1], bob.notes[-1]) == ("confirmed", "confirmed")
    return alice, bob


def end(office: Office, talk: Talk) -> None:
    talk.hang_up()
    office.run()
    office.check()


def test_each_side_is_refreshed_at_its_own_pace() -> None:
    with Office("alice", "bob") as office:
        speaks(office, "alice", session_s=90, reliable=False)
        pbx, at_bob = Tap(office, "pbx"), Tap(office, "bob")
        alice, bob = talking(office)
        office.run(1200)
        assert len(pbx.requests(b"UPDATE", "10.0.0.1")) == pytest.approx(1200 / 45, abs=2)
        assert len(at_bob.requests(b"UPDATE")) == 1  # half of 1,800 seconds
        assert "ended" not in alice.notes + bob.notes
        end(office, alice)


def test_side_that_is_gone_ends_the_call_of_the_other() -> None:
    with Office("alice", "bob") as office:
        speaks(office, "alice", session_s=90, reliable=False)
        _, bob = talking(office)
        alice, pbx = office["alice"].stack, office.house.stack
        office.network.cut(alice, pbx)
        office.network.cut(pbx, alice)
        office.run(95)
        assert bob.notes[-1] == "ended"
        office.run()
        office.check()


def test_interval_too_small_for_the_callee_is_asked_for_again_on_its_leg_alone() -> None:
    with Office("alice", "bob") as office:
        speaks(office, "alice", session_s=90, reliable=False)
        speaks(office, "bob", least_s=3600, reliable=False)
        at_alice, at_bob = Tap(office, "alice"), Tap(office, "bob")
        alice, _ = talking(office)
        first, second = at_bob.requests(b"INVITE")[:2]
        assert (first.get(b"session-expires") or b"").startswith(b"1800")
        assert second.get(b"min-se") == b"3600"
        assert (second.get(b"session-expires") or b"").startswith(b"3600")
        (answer,) = {
            each.get(b"session-expires")
            for _, each in at_alice.came
            if isinstance(each, Response) and (each.status, each.get(b"cseq")) == (200, b"1 INVITE")
        }
        assert answer == b"90;refresher=uac"
        end(office, alice)


def test_interval_too_small_for_us_is_refused_before_anybody_rings() -> None:
    with Office("alice", "bob") as office:
        at_alice, at_bob = Tap(office, "alice"), Tap(office, "bob")
        alice = office["alice"].dial("bob", b"Session-Expires: 30", b"Supported: timer")
        office.run(1)
        answers = [each for _, each in at_alice.came if isinstance(each, Response)]
        (refused,) = (each for each in answers if each.status == 422)
        assert refused.get(b"min-se") == b"90"
        assert alice.notes == ["180"]  # her phone has asked again
        assert len(at_bob.requests(b"INVITE")) == 1
        end(office, alice)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("caller", [False, True])
@pytest.mark.parametrize("callee", [False, True])
def test_provisionals_are_reliable_where_that_side_knows_it(
    *, caller: bool, callee: bool, early: bool
) -> None:
    with Office("alice", "bob") as office:
        speaks(office, "bob", reliable=True)
        for name, knows in ("alice", caller), ("bob", callee):
            if not knows:
                knows_nothing(office, name)
        at_alice, at_bob, pbx = Tap(office, "alice"), Tap(office, "bob"), Tap(office, "pbx")
        if not callee:
            speaks(office, "bob", reliable=False)
        alice = office["alice"].dial("bob")
        office.run(1)
        bob = office["bob"].talk
        if early:
            bob.ring(183, early=True)
            office.run(1)
        assert all(bool(each.get(b"rseq")) is caller for each in at_alice.provisionals())
        assert bool(pbx.requests(b"PRACK", "10.0.0.1")) is caller
        assert bool(at_bob.requests(b"PRACK")) is callee
        bob.accept()
        office.run(1)
        assert (alice.notes[-1], bob.notes[-1]) == ("confirmed", "confirmed")
        assert len(office.house.workers.heard) == 2
        end(office, alice)


def test_caller_that_requires_reliable_provisionals_gets_them_from_a_callee_that_sends_none() -> (
    None
):
    with Office("alice", "bob") as office:
        knows_nothing(office, "bob")
        at_alice = Tap(office, "alice")
        alice, _ = talking(office, b"Require: 100rel")
        assert [bool(each.get(b"rseq")) for each in at_alice.provisionals()] == [True]
        end(office, alice)


def test_who_refuses_media_in_clear_is_offered_keys_by_dtls() -> None:
    with Office("alice", "bob") as office:
        office["bob"].refuses = 488
        at_bob = Tap(office, "bob")
        alice = office["alice"].dial("bob")
        office.run(2)
        clear, keyed = at_bob.requests(b"INVITE")
        assert b"RTP/AVP" in clear.body
        assert b"UDP/TLS/RTP/SAVPF" in keyed.body
        assert b"a=fingerprint:" in keyed.body
        assert alice.notes[-1] == "488"
        office.run()
        office.check()


def test_a_phone_that_is_to_have_no_keys_is_offered_none() -> None:
    with Office("alice", "bob") as office:
        office.house.change("bob", srtp="off")
        office["bob"].refuses = 488
        at_bob = Tap(office, "bob")
        office["alice"].dial("bob")
        office.run(2)
        assert len(at_bob.requests(b"INVITE")) == 1
        office.run()
        office.check()
