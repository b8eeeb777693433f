"""Why calls end, who calls and how calls are sent on, across peers we trust or do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.address import parse_address
from pbxcore.sip.causes import (
    cause_of,
    completed_elsewhere,
    reason_lines,
    reasons_of,
    status_of,
    text_of,
    why_ended,
)
from pbxcore.sip.forwarding import (
    MOST_FORWARDINGS,
    Forwarding,
    diversion_lines,
    for_strangers,
    history_lines,
    may_forward,
    read_forwardings,
)
from pbxcore.sip.headers.reason import Reason
from pbxcore.sip.identity import (
    ANONYMOUS,
    Caller,
    Presented,
    is_anonymous,
    preferred,
    presented,
    presented_as_party,
    presented_as_preferred,
    read_caller,
    refuse_unknown_privacy,
)
from pbxcore.sip.message import Message, Request, parse


def request(*lines: bytes) -> Request:
    found = parse(b"\r\n".join((b"INVITE sip:a@b SIP/2.0", *lines, b"", b"")))
    assert isinstance(found, Request)
    return found


def response(status: int, *lines: bytes) -> Message:
    return parse(b"\r\n".join((b"SIP/2.0 %d X" % status, *lines, b"", b"")))


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        *((404, 1), (410, 22), (480, 18), (484, 28), (486, 17), (488, 88), (500, 41), (502, 38)),
        *((503, 34), (504, 102), (600, 17), (603, 21), (604, 1), (606, 58)),
        *((200, 16), (299, 16), (499, 31), (599, 41), (699, 31)),
    ],
)
def test_status_has_its_cause(status: int, cause: int) -> None:
    assert cause_of(status) == cause


@pytest.mark.parametrize(
    ("cause", "status"),
    [
        *((1, 404), (22, 410), (18, 480), (19, 480), (20, 480), (28, 484), (17, 486), (88, 488)),
        *((41, 500), (38, 502), (34, 503), (42, 503), (102, 504), (21, 603), (58, 606)),
        *((5, 480), (40, 503), (50, 503), (70, 488), (75, 501), (90, 400), (100, 500), (200, 500)),
    ],
)
def test_cause_has_its_status(cause: int, status: int) -> None:
    assert status_of(cause) == status


@given(st.integers(300, 699), st.integers(1, 127))
def test_every_code_has_a_fitting_counterpart(status: int, cause: int) -> None:
    assert 1 <= cause_of(status) <= 127
    assert 400 <= status_of(cause) <= 606


def test_losers_hear_that_the_call_was_taken_in_both_words() -> None:
    assert reason_lines(*completed_elsewhere()) == [
        b'Reason: SIP;cause=200;text="Call completed elsewhere"',
        b"Reason: Q.850;cause=26",
    ]
    assert completed_elsewhere(29)[1] == Reason(b"Q.850", 29)


def test_refusal_is_told_in_both_words() -> None:
    busy = b'Reason: Q.850;cause=17;text="User busy"'
    assert reason_lines(*reasons_of(486, 17)) == [b"Reason: SIP;cause=486", busy]
    assert reason_lines(*reasons_of(0, 17)) == [busy]
    assert text_of(99) == ""


def test_end_of_a_call_is_understood_however_it_is_told() -> None:
    assert why_ended(request(b"Reason: SIP;cause=486, Q.850;cause=21")) == 21
    assert why_ended(request(b"Reason: SIP;cause=486")) == 17
    assert why_ended(request(b"Reason: SIP;cause=200")) == 26
    assert why_ended(request(b"Reason: Q.850;cause=999")) is None
    assert why_ended(request()) is None
    assert why_ended(response(404)) == 1
    assert why_ended(response(500, b"Reason: Q.850;cause=34")) == 34
    assert why_ended(response(200)) is None


ALICE = parse_address(b'"Alice" <sip:alice@a.test>;tag=1')
NOBODY = parse_address(b'"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1')
BOTH = b'P-Asserted-Identity: "Al" <sip:al@a.test>, <tel:+1555>'


def test_trusted_peer_is_believed_and_another_is_not() -> None:
    assert read_caller(request(BOTH), ALICE, trusted=True) == Caller(
        b"sip:al@a.test", b"Al", b"tel:+1555", asserted=True
    )
    assert read_caller(request(BOTH), ALICE, trusted=False) == Caller(b"sip:alice@a.test", b"Alice")
    assert read_caller(request(), ALICE, trusted=True) == Caller(b"sip:alice@a.test", b"Alice")


def test_number_asserted_without_a_name_keeps_the_name_of_from() -> None:
    caller = read_caller(request(b"P-Asserted-Identity: <sip:+1@t>"), ALICE, trusted=True)
    assert (caller.uri, caller.display_name) == (b"sip:+1@t", b"Alice")
    caller = read_caller(request(b"P-Asserted-Identity: <tel:+1>"), NOBODY, trusted=True)
    assert (caller.uri, caller.display_name, caller.private) == (b"tel:+1", b"", True)


def test_remote_party_id_is_believed_from_trusted_peers_alone() -> None:
    party = request(
        b'Remote-Party-ID: "Other" <sip:x@t>;party=called, "Al" <sip:+1@t>;screen=yes;privacy=full'
    )
    caller = read_caller(party, ALICE, trusted=True)
    assert (caller.uri, caller.display_name, caller.asserted) == (b"sip:+1@t", b"Al", True)
    assert caller.private
    assert read_caller(party, ALICE, trusted=False).uri == b"sip:alice@a.test"
    assert (
        read_caller(request(BOTH, b"Remote-Party-ID: <sip:x@t>"), ALICE, trusted=True).uri
        == b"sip:al@a.test"
    )
    for odd in b"<sip:x@t>;screen=no", b"<<>", b"<sip:x@t>;party=called":
        told = request(b"Remote-Party-ID: " + odd)
        assert read_caller(told, ALICE, trusted=True).uri == b"sip:alice@a.test"


def test_who_calls_is_written_as_remote_party() -> None:
    caller = Caller(b"sip:+1@t", b"Al", asserted=True)
    assert presented_as_party(caller) == Presented(
        b'"Al" <sip:+1@t>',
        (b'Remote-Party-ID: "Al" <sip:+1@t>;party=calling;screen=yes;privacy=off',),
    )
    private = presented_as_party(Caller(b"sip:+1@t", privacy=frozenset((b"id",))))
    assert private.from_ == ANONYMOUS
    assert private.lines[0].endswith(b";privacy=full")


def test_who_calls_is_hinted_to_a_provider_that_asserts_him_itself() -> None:
    caller = Caller(b"sip:+1@t", b"Al", asserted=True)
    assert presented_as_preferred(caller) == Presented(
        b'"Al" <sip:+1@t>', (b'P-Preferred-Identity: "Al" <sip:+1@t>',)
    )
    private = presented_as_preferred(Caller(b"sip:+1@t", privacy=frozenset((b"id",))))
    assert private == Presented(ANONYMOUS, (b"P-Preferred-Identity: <sip:+1@t>", b"Privacy: id"))


@pytest.mark.parametrize(
    ("privacy", "private"),
    [
        *((b"id", True), (b"user;critical", True), (b"header", True)),
        *((b"none", False), (b"session", False), (b"history", False)),
    ],
)
def test_wish_for_privacy_is_heard(privacy: bytes, private: bool) -> None:
    caller = read_caller(request(b"Privacy: " + privacy), ALICE, trusted=False)
    assert caller.private is private


def test_private_caller_is_named_to_the_trusted_alone() -> None:
    caller = read_caller(request(BOTH, b"Privacy: id"), ALICE, trusted=True)
    assert presented(caller, trusted=False).from_ == ANONYMOUS
    assert presented(caller, trusted=False).lines == ()
    shown = presented(caller, trusted=True)
    assert shown.from_ == ANONYMOUS
    assert shown.lines == (
        b'P-Asserted-Identity: "Al" <sip:al@a.test>',
        b"P-Asserted-Identity: <tel:+1555>",
        b"Privacy: id",
    )


def test_open_caller_is_named_to_all_and_asserted_to_the_trusted() -> None:
    caller = Caller(b"sip:alice@a.test", b"Alice")
    assert presented(caller, trusted=False) == presented(caller, trusted=False)
    assert presented(caller, trusted=False).from_ == b'"Alice" <sip:alice@a.test>'
    assert presented(caller, trusted=False).lines == ()
    assert presented(caller, trusted=True).lines == (
        b'P-Asserted-Identity: "Alice" <sip:alice@a.test>',
    )


def test_privacy_nobody_can_give_is_refused_when_it_is_critical() -> None:
    refuse_unknown_privacy(request(b"Privacy: id;critical"))
    refuse_unknown_privacy(request(b"Privacy: invisible"))
    with pytest.raises(RemoteProtocolError) as caught:
        refuse_unknown_privacy(request(b"Privacy: invisible;critical"))
    assert caught.value.status == 500


def test_user_prefers_one_of_its_own_identities() -> None:
    found = preferred(request(b"P-Preferred-Identity: <tel:+1555>, <sip:boss@a.test>"))
    assert found is not None
    assert found.uri == b"sip:boss@a.test"
    assert preferred(request(b"P-Preferred-Identity: <mailto:boss@a.test>")) is None
    assert preferred(request()) is None


def test_anonymous_is_known_however_it_is_written() -> None:
    assert is_anonymous(b"sip:Anonymous@pbx.test")
    assert is_anonymous(b"sip:c8oqz84zk7z@anonymous.invalid")
    assert not is_anonymous(b"sip:alice@a.test")
    assert not is_anonymous(b"tel:+1")
    assert not is_anonymous(b"nonsense")


WAY = [
    Forwarding(b"sip:a@h", "unconditional"),
    Forwarding(b"sip:b@h", "user-busy", b"B"),
    Forwarding(b"sip:c@h", "no-answer", private=True),
]


def test_way_is_written_and_read_as_diversion_newest_first() -> None:
    lines = diversion_lines(WAY, limit=7)
    assert lines[0] == (b"Diversion: <sip:c@h>;reason=no-answer;counter=1;limit=7;privacy=full")
    assert lines[2] == b"Diversion: <sip:a@h>;reason=unconditional;counter=1;limit=7"
    assert read_forwardings(request(*lines)) == WAY


def test_way_is_written_and_read_as_history_oldest_first() -> None:
    lines = history_lines(WAY, b"sip:d@h")
    assert lines == [
        b"History-Info: <sip:a@h>;index=1",
        b'History-Info: "B" <sip:b@h;cause=302>;index=1.1;mp=1',
        b"History-Info: <sip:c@h;cause=486?Privacy=history>;index=1.1.1;mp=1.1",
        b"History-Info: <sip:d@h;cause=408>;index=1.1.1.1;mp=1.1.1",
    ]
    assert read_forwardings(request(*lines)) == WAY


def test_forwardings_that_were_not_told_are_gaps_in_the_history() -> None:
    lines = history_lines([Forwarding(b"sip:a@h", "user-busy", count=3)], b"sip:d@h")
    assert len(lines) == 4
    found = read_forwardings(request(*lines))
    assert [each.uri for each in found] == [b"sip:unknown@unknown.invalid"] * 2 + [b"sip:a@h"]


def test_history_of_a_peer_with_reasons_alone_is_read() -> None:
    message = request(
        b"History-Info: <sip:a@h?Reason=SIP%3Bcause%3D302>;index=1, <sip:p@h>;index=1.1;rc=1,"
        b" <sip:x@h>;index=1.1.1;np=1.1"
    )
    assert read_forwardings(message) == [Forwarding(b"sip:a@h", "unconditional")]


def test_diversion_comes_before_history() -> None:
    lines = history_lines(WAY, b"sip:d@h")
    message = request(b"Diversion: <sip:z@h>;reason=deflection", *lines)
    assert read_forwardings(message) == [Forwarding(b"sip:z@h", "deflection")]


def test_call_is_sent_on_until_the_limit_and_never_in_a_circle() -> None:
    assert may_forward(WAY, b"sip:d@h")
    assert not may_forward(WAY, b"sip:a@H:5070;transport=tcp")
    assert not may_forward([Forwarding(b"tel:+1-5")], b"tel:+15")
    assert not may_forward([Forwarding(b"sip:a@h", count=MOST_FORWARDINGS)], b"sip:d@h")
    assert not may_forward(WAY, b"sip:d@h", most=3)
    assert not may_forward([Forwarding(b"odd:1")], b"odd:1")


def test_who_wants_no_name_is_not_named_to_strangers() -> None:
    lines = diversion_lines(for_strangers(WAY)) + history_lines(for_strangers(WAY), b"sip:d@h")
    assert not [each for each in lines if b"sip:c@" in each]
    assert [each for each in lines if b"sip:b@" in each]


@given(
    st.lists(
        st.builds(
            Forwarding,
            st.sampled_from([b"sip:a@h", b"sips:b.c@[::1]:5;x=y", b"tel:+1555"]),
            st.sampled_from(["unconditional", "user-busy", "no-answer", "deflection"]),
            st.sampled_from([b"", b"B"]),
        ),
        max_size=MOST_FORWARDINGS,
    )
)
def test_both_headers_tell_the_same(way: list[Forwarding]) -> None:
    assert read_forwardings(request(*diversion_lines(way))) == way
    told = [each for each in way if not each.uri.startswith(b"tel:")]
    assert read_forwardings(request(*history_lines(told, b"sip:d@h"))) == told


def test_early_media_header_means_nothing_and_passes_untouched() -> None:
    message = request(b"P-Early-Media: supported", b"Max-Forwards: 70")
    message.replace(b"max-forwards", b"Max-Forwards: 69")
    assert b"\r\nP-Early-Media: supported\r\n" in message.encode()
