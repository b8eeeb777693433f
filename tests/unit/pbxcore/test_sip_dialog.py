"""Dialogs: who talks to whom, in which order and by which way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pbxcore.errors import RemoteProtocolError
from pbxcore.sip.dialogs.dialog import (
    Dialog,
    contact_of,
    dialog_id_of,
    dialog_of_request,
    dialog_of_response,
)
from pbxcore.sip.dialogs.dialog_set import MOST_FORKS, Dialogs, DialogSet
from pbxcore.sip.message import Request, Response

LOOSE = b"<sip:p1.example;lr>"


def invite(*lines: bytes, uri: bytes = b"sip:bob@b.example") -> Request:
    return Request(
        b"INVITE",
        uri,
        b"SIP/2.0",
        [
            b"From: Alice <sip:alice@a.example>;tag=a",
            b"To: <sip:bob@b.example>",
            b"Call-ID: c1",
            b"CSeq: 7 INVITE",
            b"Contact: <sip:alice@10.0.0.1>",
            *lines,
        ],
        b"",
    )


def response(
    status: int, tag: bytes, *lines: bytes, contact: bytes = b"sip:bob@10.0.0.2"
) -> Response:
    to = b"To: <sip:bob@b.example>" + (b";tag=" + tag if tag else b"")
    head = [to, b"CSeq: 7 INVITE", *lines]
    if contact:
        head.append(b"Contact: <%b>" % contact)
    return Response(status, b"", b"SIP/2.0", head, b"")


def dialog(**other: object) -> Dialog:
    given_: dict[str, object] = {
        "ours": True,
        "local": b"<sip:a@x>;tag=a",
        "remote": b"<sip:b@y>;tag=b",
        "remote_target": b"sip:b@10.0.0.2",
    }
    return Dialog(b"c1", **(given_ | other))  # type: ignore[arg-type]


def test_caller_reverses_record_route_and_callee_keeps_it() -> None:
    routes = b"Record-Route: <sip:p2;lr>, <sip:p1;lr>"
    caller = dialog_of_response(invite(), response(200, b"b", routes))
    callee = dialog_of_request(invite(routes), b"b")
    assert caller.route_set == (b"<sip:p1;lr>", b"<sip:p2;lr>")
    assert callee.route_set == (b"<sip:p2;lr>", b"<sip:p1;lr>")
    assert caller.id == (b"c1", b"a", b"b")
    assert callee.id == (b"c1", b"b", b"a")


def test_loose_route_goes_before_an_untouched_target() -> None:
    draft = dialog(route_set=(LOOSE, b"<sip:p2;lr>")).draft(b"BYE")
    assert draft.uri == b"sip:b@10.0.0.2"
    assert draft.next_hop == b"sip:p1.example;lr"
    assert draft.lines[0] == b"Route: <sip:p1.example;lr>, <sip:p2;lr>"


def test_strict_router_finds_itself_in_the_request_uri_and_the_target_last() -> None:
    draft = dialog(route_set=(b"<sip:p1.example;method=INVITE?x=y>", b"<sip:p2;lr>")).draft(b"BYE")
    assert draft.uri == b"sip:p1.example"
    assert draft.next_hop == b"sip:p1.example;method=INVITE?x=y"
    assert draft.lines[0] == b"Route: <sip:p2;lr>, <sip:b@10.0.0.2>"


def test_each_request_counts_one_further_and_ack_does_not() -> None:
    ours = dialog(local_seq=7)
    assert ours.draft(b"ACK", cseq=7).lines[-1] == b"CSeq: 7 ACK"
    assert ours.draft(b"UPDATE").lines[-1] == b"CSeq: 8 UPDATE"
    assert ours.draft(b"BYE").cseq == 9


def test_lower_cseq_is_refused_with_500_and_a_gap_is_taken() -> None:
    ours = dialog(remote_seq=7)
    ours.admit(100)
    with pytest.raises(RemoteProtocolError) as refusal:
        ours.admit(99)
    assert refusal.value.status == 500
    assert ours.remote_seq == 100


def test_first_request_of_the_peer_may_have_any_number() -> None:
    ours = dialog()
    ours.admit(0)
    assert ours.remote_seq == 0


def test_forked_responses_make_a_dialog_each() -> None:
    forks = DialogSet(invite())
    first, second = forks.receive(response(180, b"b1")), forks.receive(response(183, b"b2"))
    assert first is not second
    assert forks.receive(response(200, b"b2")) is second
    assert first is not None
    assert first.early
    assert second is not None
    assert not second.early
    assert forks.receive(response(200, b"b3")) not in (first, second)
    assert len(forks) == 3


def test_responses_without_a_dialog_make_none() -> None:
    forks = DialogSet(invite())
    for each in (response(100, b"b"), response(180, b""), response(486, b"b")):
        assert forks.receive(each) is None
    assert len(forks) == 0


def test_endless_forks_are_not_followed() -> None:
    forks = DialogSet(invite())
    for number in range(MOST_FORKS + 5):
        forks.receive(response(180, b"b%d" % number))
    assert len(forks) == MOST_FORKS


def test_2xx_replaces_the_route_set_of_its_early_dialog() -> None:
    forks = DialogSet(invite())
    early = forks.receive(response(180, b"b", b"Record-Route: <sip:old;lr>"))
    forks.receive(response(200, b"b", b"Record-Route: <sip:new;lr>", contact=b"sip:b@10.0.0.9"))
    assert early is not None
    assert early.route_set == (b"<sip:new;lr>",)
    assert early.remote_target == b"sip:b@10.0.0.9"


def test_183_without_contact_is_reached_where_the_invite_went() -> None:
    early = DialogSet(invite()).receive(response(183, b"b", contact=b""))
    assert early is not None
    assert early.remote_target == b"sip:bob@b.example"


def test_peer_of_rfc_2543_has_no_tag() -> None:
    confirmed = DialogSet(invite()).receive(response(200, b""))
    assert confirmed is not None
    assert confirmed.remote_tag == b""


def test_invite_without_contact_makes_no_dialog() -> None:
    request = invite()
    request.replace(b"contact")
    with pytest.raises(RemoteProtocolError, match="400 Missing Contact"):
        dialog_of_request(request, b"b")


def test_secure_dialog_keeps_secure_targets() -> None:
    request = invite(uri=b"sips:bob@b.example")
    with pytest.raises(RemoteProtocolError, match="400"):
        dialog_of_request(request, b"b", secure=True)
    request.replace(b"contact", b"Contact: <sips:alice@10.0.0.1>")
    secure = dialog_of_request(request, b"b", secure=True)
    assert secure.secure
    secure.refresh(invite())  # tries to leave for sip:
    assert secure.remote_target == b"sips:alice@10.0.0.1"
    assert not dialog_of_request(request, b"b", secure=False).secure


def test_target_refresh_takes_the_new_contact_and_nothing_else() -> None:
    ours = dialog(route_set=(LOOSE,))
    ours.refresh(response(200, b"b", b"Record-Route: <sip:evil;lr>", contact=b"sip:b@10.0.0.7"))
    assert ours.remote_target == b"sip:b@10.0.0.7"
    assert ours.route_set == (LOOSE,)


def test_unknown_dialog_is_481() -> None:
    known: Dialogs[str] = Dialogs()
    known.add(dialog(), "usage")
    assert known.find((b"c1", b"a", b"b")) == "usage"
    with pytest.raises(RemoteProtocolError) as refusal:
        known.find((b"c1", b"a", b"x"))
    assert refusal.value.status == 481
    known.drop(dialog())
    assert known.get((b"c1", b"a", b"b")) is None
    assert len(known) == 0


def test_request_names_its_dialog_by_our_tag_in_to() -> None:
    request = invite()
    request.replace(b"to", b"To: <sip:bob@b.example>;tag=b")
    assert dialog_id_of(request) == (b"c1", b"b", b"a")


def test_contact_of_a_star_is_none() -> None:
    assert contact_of(Response(200, b"", b"SIP/2.0", [b"Contact: *"], b"")) is None


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_request_passes_every_router_in_order_and_reaches_the_target(strict: list[bool]) -> None:
    """Each hop does what RFC 3261 §16.4 and §16.6 say, or RFC 2543 if it is a strict one."""
    route_set = [b"sip:p%d" % at if each else b"sip:p%d;lr" % at for at, each in enumerate(strict)]
    draft = dialog(route_set=tuple(b"<%b>" % each for each in route_set)).draft(b"BYE")
    uri, here, target = draft.uri, draft.next_hop, b"sip:b@10.0.0.2"
    written = draft.lines[0].removeprefix(b"Route: ") if b"Route" in draft.lines[0] else b""
    routes = [each.strip(b"<> ") for each in written.split(b",") if each]
    visited = [here]
    while here != target:
        if not here.endswith(b";lr"):  # takes the next route as Request-URI
            uri = routes.pop(0)
            here = uri
        else:
            if uri == here:
                uri = routes.pop()
            if routes and routes[0] == here:
                routes.pop(0)
            if routes and not routes[0].endswith(b";lr"):
                routes.append(uri)
                uri = routes.pop(0)
                here = uri
            else:
                here = routes[0] if routes else uri
        visited.append(here)
    assert visited == [*route_set, target]
    assert uri == target


class TwoEnds(RuleBasedStateMachine):
    """Requests in both directions of one dialog, some lost, some overtaken, some twice."""

    def __init__(self) -> None:
        super().__init__()
        request = invite()
        self.callee = dialog_of_request(request, b"b", early=False)
        self.caller = dialog_of_response(request, response(200, b"b"))
        self.under_way: list[tuple[Dialog, int]] = []
        self.taken: dict[int, list[int]] = {id(self.caller): [], id(self.callee): [7]}

    @rule(from_caller=st.booleans())
    def send(self, from_caller: bool) -> None:
        one, other = (self.caller, self.callee) if from_caller else (self.callee, self.caller)
        self.under_way.append((other, one.draft(b"INFO").cseq))

    @rule(data=st.data(), again=st.booleans())
    def deliver(self, data: st.DataObject, again: bool) -> None:
        if not self.under_way:
            return
        at = data.draw(st.integers(0, len(self.under_way) - 1))
        to, cseq = self.under_way[at] if again else self.under_way.pop(at)
        before = self.taken[id(to)]
        if not before or cseq > before[-1]:
            to.admit(cseq)
            before.append(cseq)
        else:
            with pytest.raises(RemoteProtocolError, match="500"):
                to.admit(cseq)

    @invariant()
    def both_know_the_same_dialog(self) -> None:
        call_id, local, remote = self.caller.id
        assert self.callee.id == (call_id, remote, local)


TestTwoEnds = TwoEnds.TestCase
