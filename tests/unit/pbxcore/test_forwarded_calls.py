"""What a call that was sent on says of its way: Diversion and History-Info (RFC 5806, RFC 7044)."""

from __future__ import annotations

import itertools
from typing import Literal

import pytest

from pbxcore.directory import Delta, Trunk, TrunkPut
from pbxcore.features.model import NONE_SET, Case, Forwarding
from pbxcore.sip.message import Request
from tests.support.handsets import Office
from tests.support.switching import Way

OUTSIDE = "0049301234"


def forwards(office: Office, number: str, case: Case, target: str) -> None:
    to = Forwarding(active=True, target=target, rings=1)
    office.house.features[number] = NONE_SET.forwarded(case, to)


def invite_to(office: Office, number: str) -> Request:
    """The INVITE that came there."""
    invite = office[number].talk.last
    assert isinstance(invite, Request)
    return invite


@pytest.mark.parametrize(
    ("case", "answer", "reason", "cause"),
    [
        ("always", 0, b"unconditional", b"302"),
        ("busy", 486, b"user-busy", b"486"),
        ("no_answer", 0, b"no-answer", b"408"),
        ("redirects", 302, b"deflection", b"480"),
    ],
)
def test_each_forwarding_tells_its_reason(
    case: Case, answer: int, reason: bytes, cause: bytes
) -> None:
    with Office("alice", "bob", "carol") as office:
        if answer == 302:
            office["bob"].lines = (b"Contact: <sip:carol@10.0.0.100>",)
        else:
            forwards(office, "bob", case, "carol")
        office["bob"].refuses = answer
        alice = office["alice"].dial("bob")
        office.run(8)
        invite = invite_to(office, "carol")
        assert invite.lines_of(b"diversion") == [
            b"<sip:bob@10.0.0.100>;reason=%b;counter=1" % reason
        ]
        assert invite.lines_of(b"history-info") == [
            b"<sip:bob@10.0.0.100>;index=1",
            b"<sip:carol@10.0.0.100;cause=%b>;index=1.1;mp=1" % cause,
        ]
        assert alice.notes == (["180"] if case == "no_answer" else []) + ["181", "180"]
        alice.hang_up()
        office.run()
        office.check()


def test_a_call_that_is_sent_on_twice_tells_the_newest_first_and_the_oldest_first() -> None:
    with Office("alice", "bob", "carol", "dave") as office:
        forwards(office, "bob", "always", "carol")
        office["carol"].refuses = 486
        forwards(office, "carol", "busy", "dave")
        alice = office["alice"].dial("bob")
        office.run(1)
        invite = invite_to(office, "dave")
        assert [each.partition(b";counter")[0] for each in invite.lines_of(b"diversion")] == [
            b"<sip:carol@10.0.0.100>;reason=user-busy",
            b"<sip:bob@10.0.0.100>;reason=unconditional",
        ]
        assert [each.partition(b";index=")[2] for each in invite.lines_of(b"history-info")] == [
            b"1", b"1.1;mp=1", b"1.1.1;mp=1.1",
        ]  # fmt: skip
        alice.hang_up()
        office.run()
        office.check()


def test_calls_that_are_sent_in_a_circle_or_on_and_on_end() -> None:
    names = [f"p{at}" for at in range(13)]
    with Office("alice", *names) as office:
        forwards(office, "p0", "always", "p1")
        forwards(office, "p1", "always", "p0")
        circle = office["alice"].dial("p0")
        office.run(1)
        assert circle.notes[-1] == "482"
        for one, other in itertools.pairwise(names):
            forwards(office, one, "always", other)
        far = office["alice"].dial("p1")  # eleven times
        office.run(1)
        assert far.notes[-1] == "482"
        near = office["alice"].dial("p2")  # ten times
        office.run(1)
        assert near.notes[-1] == "180"
        near.hang_up()
        office.run()
        office.check()


def test_what_was_sent_on_before_it_came_counts() -> None:
    for counter, heard in (9, "180"), (10, "482"):
        with Office("provider", "bob", "carol") as office:
            office.house.outside("provider")
            forwards(office, "bob", "always", "carol")
            line = b"Diversion: <sip:zoe@elsewhere.test>;reason=no-answer;counter=%d" % counter
            call = office["provider"].dial("bob", line)
            office.run(1)
            assert call.notes[-1] == heard
            if heard == "180":
                told = invite_to(office, "carol").lines_of(b"diversion")
                assert told[1] == b"<sip:zoe@elsewhere.test>;reason=no-answer;counter=9"
            call.hang_up()
            office.run()
            office.check()


def test_what_a_phone_says_of_forwardings_is_not_believed() -> None:
    claims = (
        b"Diversion: <sip:boss@elsewhere.test>;reason=no-answer;counter=10",
        b"History-Info: <sip:boss@elsewhere.test>;index=1",
    )
    with Office("alice", "bob", "carol") as office:
        forwards(office, "bob", "always", "carol")
        for number in "bob", "carol":
            alice = office["alice"].dial(number, *claims)
            office.run(1)
            assert alice.notes[-1] == "180"
            assert b"boss" not in b"\n".join(invite_to(office, "carol").lines)
            alice.hang_up()
            office.run()
        office.check()


@pytest.mark.parametrize(
    ("forwarding", "headers"),
    [
        ("diversion", {b"diversion"}),
        ("history-info", {b"history-info"}),
        ("both", {b"diversion", b"history-info"}),
        ("none", set()),
    ],
)
def test_each_provider_reads_of_it_in_its_own_header(
    forwarding: Literal["diversion", "history-info", "both", "none"], headers: set[bytes]
) -> None:
    with Office("alice", "bob", "provider") as office:
        host = office["provider"].stack.host
        trunk = Trunk("t", "T", host, forwarding=forwarding)
        directory = office.house.directory
        directory.apply(Delta(directory.version + 1, (TrunkPut(trunk),)))
        office.house.routes[OUTSIDE] = (Way("t", "+49301234", "4989100"),)
        forwards(office, "bob", "always", OUTSIDE)
        alice = office["alice"].dial("bob")
        office.run(1)
        invite = invite_to(office, "provider")
        told = {each: invite.lines_of(each) for each in (b"diversion", b"history-info")}
        assert {name for name, lines in told.items() if lines} == headers
        if b"diversion" in headers:
            assert told[b"diversion"] == [b"<sip:bob@10.0.0.100>;reason=unconditional;counter=1"]
        if b"history-info" in headers:
            assert told[b"history-info"][-1] == (
                b"<sip:+49301234@10.0.0.3;cause=302>;index=1.1;mp=1"
            )
        alice.hang_up()
        office.run()
        office.check()


def test_who_wants_no_name_is_not_named_to_phones_and_strangers() -> None:
    private = b"Diversion: <sip:zoe@elsewhere.test>;reason=no-answer;privacy=full"
    with Office("provider", "bob", "carol", "trusted", "stranger") as office:
        office.house.outside("provider")
        forwards(office, "bob", "always", "carol")
        call = office["provider"].dial("bob", private)
        office.run(1)
        invite = invite_to(office, "carol")
        assert b"zoe" not in b"\n".join(invite.lines)
        call.hang_up()
        office.run()
        directory = office.house.directory
        providers: tuple[tuple[str, Literal["asserted", "none"], bool], ...] = (
            ("trusted", "asserted", True),
            ("stranger", "none", False),
        )
        for name, identity, named in providers:
            trunk = Trunk(name, name, office[name].stack.host, identity=identity)
            directory.apply(Delta(directory.version + 1, (TrunkPut(trunk),)))
            office.house.routes[OUTSIDE] = (Way(name, "+49301234", "4989100"),)
            forwards(office, "bob", "always", OUTSIDE)
            call = office["provider"].dial("bob", private)
            office.run(1)
            told = b"\n".join(invite_to(office, name).lines_of(b"diversion"))
            assert (b"zoe" in told) is named
            call.hang_up()
            office.run()
        office.check()
