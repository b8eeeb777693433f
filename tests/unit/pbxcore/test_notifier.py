"""The notifier's rules, in virtual time."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pbxcore.directory import Mailbox
from pbxcore.errors import RemoteProtocolError
from pbxcore.presence import notifier as rules
from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.notifier import Forget, Keep, Notifier, Notify, Output
from pbxcore.presence.packages.dialog_info import DialogInfo, DialogPackage, read_dialogs
from pbxcore.presence.packages.message_summary import MessageSummary, read_summary
from pbxcore.presence.packages.presence import (
    REGISTERED,
    UNREGISTERED,
    Presence,
    PresencePackage,
    read_pidf,
)
from pbxcore.presence.resource_list import read_resource_lists
from pbxcore.presence.subscription import Member, StoredSubscription, Subscription, read_subscribe
from pbxcore.sip.dialogs.dialog import dialog_of_request
from pbxcore.sip.message import Request, parse
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterable

NOW = 1_700_000_000_000


def subscribe(event: str = "presence", number: str = "1001", *, more: str = "") -> Request:
    lines = (
        f"SUBSCRIBE sip:{number}@pbx.test SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1",
        "From: <sip:1000@pbx.test>;tag=theirs",
        f"To: <sip:{number}@pbx.test>",
        "Call-ID: c",
        "CSeq: 7 SUBSCRIBE",
        "Contact: <sip:1000@10.0.0.1:5070>",
        *((f"Event: {event}",) if event else ()),
        *more.splitlines(),
        "",
        "",
    )
    request = parse("\r\n".join(lines).encode())
    assert isinstance(request, Request)
    return request


class State:
    """What is watched."""

    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.presence: dict[str, Presence] = {}
        self.dialogs: tuple[DialogInfo, ...] = ()
        self.notifier = self.new_notifier()

    def new_notifier(self) -> Notifier:
        return Notifier(
            (
                MessageSummary(lambda number: self.mailbox),
                PresencePackage(lambda number: self.presence.get(number, UNREGISTERED)),
                DialogPackage(lambda number: self.dialogs),
            ),
            os.urandom,
        )

    def subscription(
        self,
        event: str = "presence",
        number: str = "1001",
        *,
        tag: bytes = b"ours",
        watcher: str = "1000",
        listed: tuple[str, ...] = (),
        more: str = "",
    ) -> Subscription:
        request = subscribe(event, number, more=more)
        asked = read_subscribe(request, b"Allow-Events: presence")
        package = self.notifier.package_of(asked.event)
        members = tuple(Member(each, f"sip:{each}@pbx.test") for each in listed or (number,))
        return Subscription(
            dialog_of_request(request, tag, early=False),
            asked.event,
            watcher=watcher,
            members=members,
            teller=self.notifier.teller(package, members, listed=bool(listed)),
            content_type=package.types[0],
            listed=bool(listed),
        )


def notifies(outputs: Iterable[Output]) -> list[Notify]:
    return [each for each in outputs if isinstance(each, Notify)]


def head(notify: Notify) -> str:
    return b"\n".join((*notify.draft.lines, *notify.lines)).decode()


def state_of(notify: Notify) -> str:
    found = re.search(r"Subscription-State: (.*)", head(notify))
    assert found is not None
    return found[1]


def asleep_at(source: str) -> StoredBinding:
    """A phone that can be woken."""
    contact = "sip:1000@10.0.0.1:5070;pn-provider=webpush;pn-prid=1"
    return StoredBinding(
        "1000", contact, "c", 1, 1000, "", source, "10.0.0.9:5060", "udp", 1, 2, wakes=True
    )


def test_who_sleeps_is_told_the_newest_when_it_is_awake_and_nothing_before() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.withhold(subscription, asleep_at("10.0.0.1:5070"))
    assert house.notifier.asleep("1000") == [subscription]
    house.presence["1001"] = REGISTERED
    assert not house.notifier.changed(b"presence", "1001", NOW + 10_000)
    assert not house.notifier.tick(NOW + 20_000)
    outputs = house.notifier.woken(subscription, asleep_at("10.0.0.1:6100"), NOW + 30_000)
    (notify,) = notifies(outputs)
    assert read_pidf(notify.body).services[0].open
    assert subscription.source == "10.0.0.1:6100"
    assert not house.notifier.asleep("1000")


def test_who_sleeps_on_is_forgotten_when_its_subscription_ends() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.withhold(subscription, asleep_at("10.0.0.1:5070"))
    (last,) = notifies(house.notifier.tick(NOW + 600_000))
    assert state_of(last) == "terminated;reason=timeout"
    assert not house.notifier.asleep("1000")
    house.notifier.withhold(subscription, asleep_at("10.0.0.1:5070"))  # as was to be expected
    assert not house.notifier.asleep("1000")
    assert len(house.notifier) == 0


def test_subscription_is_saved_and_told_at_once() -> None:
    house = State()
    keep, notify = house.notifier.subscribe(house.subscription("presence;id=5"), 600, NOW)
    assert isinstance(keep, Keep)
    assert isinstance(notify, Notify)
    assert notify.draft.uri == b"sip:1000@10.0.0.1:5070"
    assert "From: <sip:1001@pbx.test>;tag=ours" in head(notify)
    assert "To: <sip:1000@pbx.test>;tag=theirs" in head(notify)
    assert "CSeq: 1 NOTIFY" in head(notify)
    assert "Event: presence;id=5" in head(notify)
    assert state_of(notify) == "active;expires=600"
    assert read_pidf(notify.body) == Presence(
        tuple(type(each)(each.id, each.open, "sip:1001@pbx.test") for each in UNREGISTERED.services)
    )


def test_route_set_is_the_record_route_in_its_order() -> None:
    house = State()
    record = "Record-Route: <sip:p2.test;lr>\nRecord-Route: <sip:p1.test;lr>"
    _, notify = house.notifier.subscribe(house.subscription(more=record), 600, NOW)
    assert isinstance(notify, Notify)
    assert "Route: <sip:p2.test;lr>, <sip:p1.test;lr>" in head(notify)
    assert notify.draft.next_hop == b"sip:p2.test;lr"


@pytest.mark.parametrize("event", ["", "weather", "presence.winfo"])
def test_unknown_and_missing_events_are_refused(event: str) -> None:
    house = State()
    with pytest.raises(RemoteProtocolError) as refused:
        house.notifier.package_of(read_subscribe(subscribe(event), b"").event)
    assert refused.value.status == 489
    assert house.notifier.allow_events == b"Allow-Events: message-summary, presence, dialog"


def test_fetch_is_told_once_and_leaves_nothing() -> None:
    house = State()
    (notify,) = house.notifier.subscribe(house.subscription(), 0, NOW)
    assert isinstance(notify, Notify)
    assert state_of(notify) == "terminated;reason=timeout"
    assert notify.body
    assert len(house.notifier) == 0
    assert house.notifier.answered(notify.subscription, 200, None, NOW) == []


def test_refresh_is_told_the_whole_again_and_expires_later() -> None:
    house = State()
    subscription = house.subscription("dialog")
    house.notifier.subscribe(subscription, 60, NOW)
    house.notifier.answered(subscription, 200, None, NOW)
    (notify,) = notifies(house.notifier.subscribe(subscription, 60, NOW + 50_000))
    assert "CSeq: 2 NOTIFY" in head(notify)
    report = read_dialogs(notify.body)
    assert (report.version, report.full) == (1, True)
    assert house.notifier.tick(NOW + 60_000) == []
    last, forget = house.notifier.tick(NOW + 110_000)
    assert isinstance(last, Notify)
    assert state_of(last) == "terminated;reason=timeout"
    assert forget == Forget("ours")


def test_unsubscribing_ends_it_with_the_last_state() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 60, NOW)
    last, forget = house.notifier.subscribe(subscription, 0, NOW + 1)
    assert isinstance(last, Notify)
    assert (state_of(last), forget) == ("terminated;reason=timeout", Forget("ours"))
    assert house.notifier.tick(NOW + 100_000) == []


def test_lamp_follows_the_mailbox_at_once() -> None:
    house = State()
    subscription = house.subscription("message-summary", "1000")
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.answered(subscription, 200, None, NOW)
    house.mailbox = Mailbox(new=1)
    (notify,) = notifies(house.notifier.changed(b"message-summary", "1000", NOW + 1))
    assert read_summary(notify.body) == Mailbox(new=1)
    assert house.notifier.changed(b"message-summary", "1001", NOW + 1) == []
    house.notifier.answered(subscription, 200, None, NOW + 2)
    assert house.notifier.changed(b"message-summary", "1000", NOW + 3) == []  # no news


def test_changes_wait_for_the_answer_and_become_the_newest_state() -> None:
    house = State()
    subscription = house.subscription("message-summary", "1000")
    house.notifier.subscribe(subscription, 600, NOW)
    for new in (1, 2, 3):
        house.mailbox = Mailbox(new=new)
        assert house.notifier.changed(b"message-summary", "1000", NOW + new) == []
    (notify,) = notifies(house.notifier.answered(subscription, 200, None, NOW + 400))
    assert read_summary(notify.body) == Mailbox(new=3)


def test_changes_wait_for_the_interval_and_become_the_newest_state() -> None:
    house = State()
    subscription = house.subscription("dialog")
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.answered(subscription, 200, None, NOW)
    for at, state in enumerate(("trying", "early", "confirmed")):
        house.dialogs = (DialogInfo("d", state, "recipient"),)
        assert house.notifier.changed(b"dialog", "1001", NOW + 100 * at) == []
    assert house.notifier.deadline_ms == NOW + 1000
    assert house.notifier.tick(NOW + 999) == []
    (notify,) = notifies(house.notifier.tick(NOW + 1000))
    report = read_dialogs(notify.body)
    assert (report.version, report.full) == (1, False)
    assert [each.state for each in report.dialogs] == ["confirmed"]


def test_change_that_is_taken_back_in_time_is_not_told() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.answered(subscription, 200, None, NOW)
    house.presence["1001"] = REGISTERED
    assert house.notifier.changed(b"presence", "1001", NOW + 1) == []
    del house.presence["1001"]
    assert house.notifier.changed(b"presence", "1001", NOW + 2) == []
    assert notifies(house.notifier.tick(NOW + 5000)) == []


@pytest.mark.parametrize("status", [408, 481, 404, 405, 489, 500, 603])
def test_refused_or_unanswered_notification_ends_the_subscription(status: int) -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    assert house.notifier.answered(subscription, status, None, NOW) == [Forget("ours")]
    assert house.notifier.changed(b"presence", "1001", NOW) == []
    with pytest.raises(RemoteProtocolError) as refused:
        house.notifier.find((b"c", b"ours", b"theirs"))
    assert refused.value.status == 481


def test_busy_phone_is_told_when_it_asked_to_be() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    assert house.notifier.answered(subscription, 503, 20, NOW) == []
    house.presence["1001"] = REGISTERED
    assert house.notifier.changed(b"presence", "1001", NOW + 1) == []
    assert notifies(house.notifier.tick(NOW + 19_999)) == []
    (notify,) = notifies(house.notifier.tick(NOW + 20_000))
    assert read_pidf(notify.body).open


def test_phone_whose_connection_is_gone_is_told_the_whole_at_the_next_change() -> None:
    house = State()
    subscription = house.subscription("dialog")
    house.notifier.subscribe(subscription, 600, NOW)
    assert house.notifier.answered(subscription, 503, None, NOW) == []
    house.dialogs = (DialogInfo("d", "early"),)
    (notify,) = notifies(
        [*house.notifier.changed(b"dialog", "1001", NOW), *house.notifier.tick(NOW + 1000)]
    )
    assert read_dialogs(notify.body).full


def test_answer_that_comes_after_the_end_changes_nothing() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.end(subscription, b"deactivated", NOW)
    assert house.notifier.answered(subscription, 481, None, NOW) == []


def test_end_may_say_when_to_come_back() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 600, NOW)
    last, _ = house.notifier.end(subscription, b"probation", NOW, retry_after_s=30)
    assert isinstance(last, Notify)
    assert state_of(last) == "terminated;reason=probation;retry-after=30"


def test_extension_that_is_gone_watches_nothing_and_is_watched_by_nobody() -> None:
    house = State()
    for tag, watcher, number in ((b"a", "1000", "1001"), (b"b", "1001", "1002")):
        subscription = house.subscription(number=number, tag=tag, watcher=watcher)
        house.notifier.subscribe(subscription, 600, NOW)
    states = [state_of(each) for each in notifies(house.notifier.drop("1001", NOW))]
    assert states == ["terminated;reason=noresource", "terminated;reason=rejected"]
    assert len(house.notifier) == 0


def test_only_the_right_dialog_is_found() -> None:
    house = State()
    house.notifier.subscribe(house.subscription(), 600, NOW)
    assert house.notifier.find((b"c", b"ours", b"theirs")).watcher == "1000"
    for wrong in ((b"x", b"ours", b"theirs"), (b"c", b"ours", b"x"), (b"c", b"\xff", b"theirs")):
        with pytest.raises(RemoteProtocolError):
            house.notifier.find(wrong)


def test_subscriptions_of_one_watcher_and_of_all_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = State()
    for at in range(3):
        house.notifier.refuse_too_many("1000", 3)
        house.notifier.subscribe(house.subscription(tag=b"%d" % at), 600, NOW)
    with pytest.raises(RemoteProtocolError) as refused:
        house.notifier.refuse_too_many("1000", 3)
    assert refused.value.status == 403
    house.notifier.refuse_too_many("1001", 3)
    monkeypatch.setattr(rules, "MOST", 3)
    with pytest.raises(RemoteProtocolError) as refused:
        house.notifier.refuse_too_many("1001", 3)
    assert refused.value.status == 503


def test_restarted_notifier_goes_on_behind_the_numbers_it_used() -> None:
    house = State()
    subscription = house.subscription("dialog;id=3")
    saved: StoredSubscription | None = None
    used = 0
    outputs = house.notifier.subscribe(subscription, 600, NOW)
    for at in range(200):
        for output in outputs:
            if isinstance(output, Keep):
                saved = output.subscription.stored()
            elif isinstance(output, Notify):
                used = output.draft.cseq
        assert saved is not None
        assert saved.local_seq >= used
        house.notifier.answered(subscription, 200, None, NOW)
        house.dialogs = (DialogInfo("d", "early", call_id=str(at)),)
        outputs = [
            *house.notifier.changed(b"dialog", "1001", NOW + 2000 * at),
            *house.notifier.tick(NOW + 2000 * at),
        ]
    assert saved is not None
    house.notifier = house.new_notifier()
    house.notifier.restore([saved], NOW + 400_000)
    (notify,) = notifies(house.notifier.tick(NOW + 400_000))
    assert notify.draft.cseq > used
    assert "Event: dialog;id=3" in head(notify)
    assert state_of(notify) == "active;expires=200"
    report = read_dialogs(notify.body)
    assert (report.full, report.version) == (True, notify.draft.cseq - 1)
    found = house.notifier.find((b"c", b"ours", b"theirs"))
    with pytest.raises(RemoteProtocolError):
        found.dialog.admit(7)
    found.dialog.admit(8)


def test_subscription_that_expired_while_nothing_ran_is_ended() -> None:
    house = State()
    subscription = house.subscription()
    house.notifier.subscribe(subscription, 60, NOW)
    house.notifier = house.new_notifier()
    house.notifier.restore([subscription.stored()], NOW + 100_000)
    last, forget = house.notifier.tick(NOW + 100_000)
    assert isinstance(last, Notify)
    assert (state_of(last), forget) == ("terminated;reason=timeout", Forget("ours"))


def test_list_is_told_whole_first_and_then_what_changed() -> None:
    house = State()
    subscription = house.subscription(number="team", listed=("1001", "1002"))
    (first,) = notifies(house.notifier.subscribe(subscription, 600, NOW))
    assert "Require: eventlist" in head(first)
    assert 'type="application/rlmi+xml"' in head(first)
    assert b'uri="sip:team@pbx.test" version="0" fullState="true"' in first.body
    assert first.body.count(b"Content-Type: application/pidf+xml") == 2
    house.notifier.answered(subscription, 200, None, NOW)
    house.presence["1002"] = REGISTERED
    house.notifier.changed(b"presence", "1002", NOW)
    (second,) = notifies(house.notifier.tick(NOW + 5000))
    assert b'version="1" fullState="false"' in second.body
    assert b'<resource uri="sip:1002@pbx.test"><instance id="i1" state="active" cid=' in second.body
    assert second.body.count(b"Content-Type: application/pidf+xml") == 1


def test_list_with_other_members_is_told_whole_and_watched_anew() -> None:
    house = State()
    subscription = house.subscription(number="team", listed=("1001", "1002"))
    house.notifier.subscribe(subscription, 600, NOW)
    house.notifier.answered(subscription, 200, None, NOW)
    members = (Member("1002", "sip:1002@pbx.test"), Member("1003", "sip:1003@pbx.test"))
    (kept,) = house.notifier.relist(subscription, members, NOW)  # told when the interval is over
    assert isinstance(kept, Keep)
    (told,) = notifies(house.notifier.tick(NOW + 5000))
    assert b'version="1" fullState="true"' in told.body
    assert re.findall(rb'resource uri="sip:(\d+)@', told.body) == [b"1002", b"1003"]
    house.notifier.answered(subscription, 200, None, NOW + 5000)
    house.presence.update({"1001": REGISTERED, "1003": REGISTERED})
    house.notifier.changed(b"presence", "1001", NOW + 5000)
    assert house.notifier.watching(b"presence", "1001") == []
    house.notifier.changed(b"presence", "1003", NOW + 5000)
    (told,) = notifies(house.notifier.tick(NOW + 10_000))
    assert re.findall(rb'resource uri="sip:(\d+)@', told.body) == [b"1003"]


def test_list_of_a_body_is_read() -> None:
    body = (
        b'<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>'
        b'<entry uri="sip:a@x"/><list><entry uri="sip:b@x"/></list><entry uri="sip:a@x"/>'
        b"</list></resource-lists>"
    )
    assert read_resource_lists(body) == ["sip:a@x", "sip:b@x"]


class Watching(RuleBasedStateMachine):
    """However changes, answers and time come, a watcher ends up with the newest state."""

    def __init__(self) -> None:
        super().__init__()
        self.house = State()
        self.now = NOW
        self.subscription = self.house.subscription("dialog")
        self.open = 0
        self.seen: dict[str, str] = {}
        self.version = -1
        self._take(self.house.notifier.subscribe(self.subscription, 3600, self.now))

    def _take(self, outputs: list[Output]) -> None:
        for notify in notifies(outputs):
            self.open += 1
            report = read_dialogs(notify.body)
            assert report.version == self.version + 1
            self.version = report.version
            if report.full:
                self.seen = {}
            self.seen |= {each.id: each.state for each in report.dialogs}
            self.seen = {key: each for key, each in self.seen.items() if each != "terminated"}

    @rule(states=st.dictionaries(st.sampled_from("ab"), st.sampled_from(["early", "confirmed"])))
    def change(self, states: dict[str, str]) -> None:
        self.house.dialogs = tuple(DialogInfo(key, each) for key, each in states.items())
        self._take(self.house.notifier.changed(b"dialog", "1001", self.now))

    @precondition(lambda self: self.open > 0)
    @rule(status=st.sampled_from([200, 200, 503]))
    def answer(self, status: int) -> None:
        self.open -= 1
        retry = 2 if status == 503 else None
        self._take(self.house.notifier.answered(self.subscription, status, retry, self.now))

    @rule(ms=st.integers(1, 3000))
    def wait(self, ms: int) -> None:
        self.now += ms
        self._take(self.house.notifier.tick(self.now))

    @rule()
    def refresh(self) -> None:
        self._take(self.house.notifier.subscribe(self.subscription, 3600, self.now))

    @invariant()
    def at_rest_all_is_told(self) -> None:
        if not self.open and not self.subscription.stale:
            now = {each.id: each.state for each in self.house.dialogs}
            assert self.seen == now

    def teardown(self) -> None:
        while self.open:
            self.answer(200)
        self.wait(5000)
        self.at_rest_all_is_told()
        assert not self.subscription.stale


TestWatching = Watching.TestCase
TestWatching.settings = settings(max_examples=examples(20), stateful_step_count=30, deadline=None)
