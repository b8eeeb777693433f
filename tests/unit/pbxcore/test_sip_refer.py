"""Transfers: REFER, its subscription, and Replaces."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.dialogs.refer import (
    LIFETIME_S,
    Progress,
    ReferNotifier,
    ReferSubscriber,
    read_reference,
)
from pbxcore.sip.dialogs.replaces import replaced
from pbxcore.sip.headers.dialog_reference import DialogReference
from pbxcore.sip.message import Request, Response


def refer(*lines: bytes) -> Request:
    return Request(b"REFER", b"sip:b@h", b"SIP/2.0", list(lines), b"")


def notify(state: bytes, body: bytes) -> Request:
    lines = [b"Event: refer"] + ([b"Subscription-State: " + state] if state else [])
    return Request(b"NOTIFY", b"sip:b@h", b"SIP/2.0", lines, body)


def accepted(*lines: bytes) -> Response:
    return Response(202, b"Accepted", b"SIP/2.0", list(lines), b"")


def test_blind_transfer() -> None:
    found = read_reference(refer(b"Refer-To: <sip:c@c.example>", b"b: <sip:a@a.example>"), 3)
    assert found.target.uri == b"sip:c@c.example"
    assert found.replaces is None
    assert found.referred_by is not None
    assert found.referred_by.uri == b"sip:a@a.example"
    assert found.subscribes
    assert found.id == 3


def test_attended_transfer_names_the_dialog_to_replace() -> None:
    uri = b"sip:c@c.example?Replaces=id%40h%3Bto-tag%3Dt%3Bfrom-tag%3Df%3Bearly-only"
    found = read_reference(refer(b"Refer-To: <%b>" % uri), 1)
    assert found.replaces == DialogReference(b"id@h", b"t", b"f", early_only=True)


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (b"Refer-To: <sip:c@h>", b"Refer-To: <sip:d@h>"),
        (b"Refer-To: <sip:c@h>, <sip:d@h>",),
        (b"Refer-To: <sip:c@h?Replaces=a%3Bto-tag%3D1%3Bfrom-tag%3D2&Replaces=b>",),
        (b"Refer-To: <sip:c@h>", b"Referred-By: <sip:a@h>", b"Referred-By: <sip:b@h>"),
    ],
)
def test_not_exactly_one_of_each_is_400(lines: tuple[bytes, ...]) -> None:
    with pytest.raises(RemoteProtocolError) as refusal:
        read_reference(refer(*lines), 1)
    assert refusal.value.status == 400


@pytest.mark.parametrize("line", [b"Refer-Sub: false", b"Require: norefersub"])
def test_who_wants_no_subscription_gets_none(line: bytes) -> None:
    assert not read_reference(refer(b"Refer-To: <sip:c@h>", line), 1).subscribes


def test_notifier_tells_100_then_what_changes_then_the_end() -> None:
    notifier = ReferNotifier(1, 0.0)
    (first,) = notifier.start(0.0)
    assert first.body == b"SIP/2.0 100 Trying\r\n"
    assert first.lines[:2] == (b"Event: refer", b"Subscription-State: active;expires=180")
    (ringing,) = notifier.progress(180, "", 10.0)
    assert ringing.body == b"SIP/2.0 180 Ringing\r\n" or ringing.body.startswith(b"SIP/2.0 180")
    assert ringing.state == b"active;expires=170"
    (last,) = notifier.progress(200, "OK", 20.0)
    assert (last.state, last.body) == (b"terminated;reason=noresource", b"SIP/2.0 200 OK\r\n")
    assert notifier.progress(200, "OK", 21.0) == []
    assert notifier.deadline is None


def test_second_reference_of_a_dialog_names_itself() -> None:
    (first,) = ReferNotifier(7, 0.0, first_in_dialog=False).start(0.0)
    assert first.event == b"refer;id=7"


def test_notifier_expires() -> None:
    notifier = ReferNotifier(1, 0.0)
    notifier.start(0.0)
    assert notifier.deadline == LIFETIME_S
    (last,) = notifier.tick(LIFETIME_S)
    assert last.state == b"terminated;reason=timeout"
    assert notifier.ended


def test_subscriber_hears_how_it_goes() -> None:
    subscriber = ReferSubscriber()
    assert subscriber.answered(202, accepted(), 0.0) == []
    assert subscriber.deadline == 32.0
    trying = subscriber.notified(notify(b"active;expires=60", b"SIP/2.0 100 Trying\r\n"), 1.0)
    assert trying == [Progress(100, "Trying", final=False)]
    assert subscriber.deadline == 61.0
    done = subscriber.notified(notify(b"terminated;reason=noresource", b"SIP/2.0 200 OK"), 2.0)
    assert done == [Progress(200, "OK", final=True)]
    with pytest.raises(RemoteProtocolError, match="481"):
        subscriber.notified(notify(b"active", b"SIP/2.0 200 OK"), 3.0)


def test_notify_may_overtake_the_202() -> None:
    subscriber = ReferSubscriber()
    subscriber.notified(notify(b"terminated", b"SIP/2.0 603 Decline"), 0.0)
    assert subscriber.ended
    assert subscriber.answered(202, accepted(), 0.1) == []


def test_subscriber_without_subscription_is_done_with_the_2xx() -> None:
    subscriber = ReferSubscriber()
    assert subscriber.answered(200, accepted(b"Refer-Sub: false"), 0.0) == [
        Progress(200, "", final=True)
    ]


def test_refused_refer_and_silence_end_it() -> None:
    refused = Response(603, b"Decline", b"SIP/2.0", [], b"")
    assert ReferSubscriber().answered(603, refused, 0.0) == [Progress(603, "Decline", final=True)]
    silent = ReferSubscriber()
    silent.answered(202, accepted(), 0.0)
    assert silent.tick(31.0) == []
    assert silent.tick(32.0) == [Progress(408, "", final=True)]


@pytest.mark.parametrize(("state", "body"), [(b"", b"SIP/2.0 200 OK"), (b"active", b"hello")])
def test_malformed_notify_is_400(state: bytes, body: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="400"):
        ReferSubscriber().notified(notify(state, body), 0.0)


@dataclass
class Call:
    early: bool = False
    ended: bool = False
    called_by_us: bool = False


KEY = (b"c", b"ours", b"theirs")


def replace(call: Call | None, *, early_only: bool = False) -> Call:
    reference = DialogReference(b"c", b"ours", b"theirs", early_only)
    return replaced(reference, lambda key: call if key == KEY else None)


def test_confirmed_and_own_early_dialogs_are_replaced() -> None:
    for call in (Call(), Call(early=True, called_by_us=True)):
        assert replace(call) is call


@pytest.mark.parametrize(
    ("call", "early_only", "status"),
    [
        (None, False, 481),
        (Call(ended=True), False, 603),
        (Call(early=True), False, 481),
        (Call(), True, 486),
    ],
)
def test_what_cannot_be_replaced(call: Call | None, early_only: bool, status: int) -> None:
    with pytest.raises(RemoteProtocolError) as refusal:
        replace(call, early_only=early_only)
    assert refusal.value.status == status


def test_tag_0_stands_for_a_peer_without_tags() -> None:
    call = Call()
    reference = DialogReference(b"c", b"ours", b"0")
    assert replaced(reference, lambda key: call if key == (b"c", b"ours", b"") else None) is call
