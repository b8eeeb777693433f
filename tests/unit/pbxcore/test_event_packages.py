"""What the event packages write and read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.directory import Directory, Mailbox
from pbxcore.errors import RemoteProtocolError
from pbxcore.features.handling import CallHandling
from pbxcore.features.model import NONE_SET, Case, Features, Forwarding
from pbxcore.presence.bindings import StoredBinding
from pbxcore.presence.markup import NotMarkup, read
from pbxcore.presence.outcome import Outcome, Removed
from pbxcore.presence.package import View, chosen_type
from pbxcore.presence.packages.conference_info import (
    Attendee,
    ConferencePackage,
    Endpoint,
    Roster,
    read_roster,
)
from pbxcore.presence.packages.dialog_info import (
    DialogInfo,
    DialogPackage,
    DialogReport,
    Party,
    changes,
    read_dialogs,
    write_dialogs,
)
from pbxcore.presence.packages.feature_event import FeaturePackage, changed_by
from pbxcore.presence.packages.message_summary import (
    MessageSummary,
    read_summary,
    write_summary,
)
from pbxcore.presence.packages.presence import (
    REGISTERED,
    UNREGISTERED,
    Presence,
    PresencePackage,
    Service,
    composed,
    read_pidf,
    write_pidf,
)
from pbxcore.presence.packages.reg_info import RegPackage
from pbxcore.presence.publication import Publications
from pbxcore.presence.registrar import Registrar
from pbxcore.presence.states import States

NOW = 1_700_000_000_000
BOB = "sip:1001@pbx.test"


def view(content_type: bytes = b"", *, version: int = 0, told: object = None) -> View:
    return View("1001", BOB, content_type, version, NOW, told)


# message-summary


def test_mailbox_is_told_with_its_counts_and_account() -> None:
    told = MessageSummary(lambda number: Mailbox(2, 8, 1, 0)).tell(view())
    assert told.body is not None
    assert told.body.content_type == b"application/simple-message-summary"
    assert told.body.data == (
        b"Messages-Waiting: yes\r\nMessage-Account: sip:1001@pbx.test\r\n"
        b"Voice-Message: 2/8 (1/0)\r\n"
    )


def test_heard_messages_light_no_lamp() -> None:
    assert write_summary(Mailbox(0, 3), BOB).startswith(b"Messages-Waiting: no\r\n")


@given(st.builds(Mailbox, *(st.integers(0, 9999) for _ in range(4))))
def test_counts_are_read_as_they_were_written(mailbox: Mailbox) -> None:
    assert read_summary(write_summary(mailbox, BOB)) == mailbox


def test_summary_without_counts_says_whether_anything_waits() -> None:
    assert read_summary(b"messages-waiting : Yes\r\n") == Mailbox(new=1)
    assert read_summary(b"Messages-Waiting: no\r\n") == Mailbox()
    assert read_summary(b"\xff\x00nothing") == Mailbox()


# presence


def test_presence_follows_the_registration_until_something_is_published() -> None:
    assert composed(registered=True, published=(), undisturbed=False) == REGISTERED
    assert composed(registered=False, published=(), undisturbed=False) == UNREGISTERED
    away = Presence((Service("t", open=False),), ("away",), "At lunch")
    shown = composed(registered=True, published=(away,), undisturbed=False)
    assert (shown.open, shown.activities, shown.note) == (False, ("away",), "At lunch")


def test_several_publications_are_shown_side_by_side_with_the_newest_words() -> None:
    first = Presence((Service("t", open=True),), (), "first")
    second = Presence((Service("t", open=False),), ("meeting",), "second")
    shown = composed(registered=False, published=(first, second), undisturbed=False)
    assert [(each.id, each.open) for each in shown.services] == [("p0-t", True), ("p1-t", False)]
    assert (shown.open, shown.note, shown.activities) == (True, "second", ("meeting",))


def test_who_wants_no_disturbance_is_busy() -> None:
    shown = composed(registered=True, published=(), undisturbed=True)
    assert (shown.open, shown.activities, shown.note) == (True, ("busy",), "DND")


def test_pidf_names_the_entity_and_its_state() -> None:
    root = read(write_pidf(REGISTERED, BOB))
    assert (root.name, root.attributes["entity"]) == ("presence", BOB)
    (service,) = root.children
    status = service.find("status")
    assert status is not None
    assert status.text_of("basic") == "open"
    assert service.text_of("contact") == BOB


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40).map(str.strip)
PRESENCES = st.builds(
    Presence,
    st.lists(
        st.builds(
            Service, st.text("abc09", min_size=1, max_size=9), st.booleans(), st.just(BOB), TEXTS
        ),
        max_size=4,
    ).map(tuple),
    st.lists(st.sampled_from(["busy", "away", "on-the-phone"]), unique=True).map(tuple),
    TEXTS,
)


@given(PRESENCES)
def test_pidf_is_read_as_it_was_written(presence: Presence) -> None:
    assert read_pidf(write_pidf(presence, BOB)) == presence


def test_pidf_of_others_is_read() -> None:
    found = read_pidf(
        b'<?xml version="1.0"?><p:presence xmlns:p="urn:ietf:params:xml:ns:pidf" entity="pres:bob">'
        b'<p:tuple id="x"><p:status><p:basic> open </p:basic></p:status>'
        b"<other xmlns='urn:x'>kept apart</other></p:tuple>"
        b'<d:person xmlns:d="urn:d" id="y"><r:activities xmlns:r="urn:r"><r:busy/><r:flying/>'
        b"</r:activities><d:note>In &lt;a&gt; meeting</d:note></d:person></p:presence>"
    )
    assert found == Presence((Service("x", open=True),), ("busy",), "In <a> meeting")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<presence/>",
        b'<other entity="x"/>',
        b'<presence entity="x"><tuple><status/></tuple></presence>',
        b'<presence entity="x"><tuple id="1"><status><basic>ajar</basic></status></tuple>'
        b"</presence>",
        b'<presence entity="x">' + b'<tuple id="1"/>' * 17 + b"</presence>",
    ],
)
def test_what_is_no_pidf_is_refused(body: bytes) -> None:
    with pytest.raises(NotMarkup):
        read_pidf(body)


def test_xpidf_is_written_for_who_asks_for_it() -> None:
    package = PresencePackage(lambda number: REGISTERED)
    assert chosen_type(package, [b"application/xpidf+xml"]) == b"application/xpidf+xml"
    told = package.tell(view(b"application/xpidf+xml"))
    assert told.body is not None
    assert b'<status status="open"/>' in told.body.data
    assert b"sip:1001@pbx.test;method=SUBSCRIBE" in told.body.data


def test_watchers_choose_the_document() -> None:
    package = PresencePackage(lambda number: REGISTERED)
    pidf = b"application/pidf+xml"
    assert chosen_type(package, []) == pidf
    assert chosen_type(package, [b"*/*"]) == pidf
    assert chosen_type(package, [b"text/plain", b"Application/PIDF+xml;q=0.5"]) == pidf
    with pytest.raises(RemoteProtocolError) as refused:
        chosen_type(package, [b"text/plain"])
    assert refused.value.status == 406


# dialog

RINGING = DialogInfo(
    "as7d",
    "early",
    "recipient",
    "call@pbx",
    "local1",
    "remote2",
    Party(BOB, "Bob", "sip:1001@10.0.0.1:5060"),
    Party("sip:1000@pbx.test", 'Al "A" & <Co>', "sip:1000@10.0.0.2"),
)


def test_dialogs_are_read_as_they_were_written() -> None:
    holding = DialogInfo("b", "confirmed", "initiator", local=Party(BOB, target=BOB, holds=True))
    report = DialogReport(BOB, 7, False, (RINGING, holding))
    assert read_dialogs(write_dialogs(report)) == report


def test_watcher_is_told_the_whole_first_and_changes_after() -> None:
    held = [(RINGING,)]
    package = DialogPackage(lambda number: held[0])
    first = package.tell(view())
    assert first.body is not None
    assert read_dialogs(first.body.data) == DialogReport(BOB, 0, True, (RINGING,))
    talking = DialogInfo("as7d", "confirmed", "recipient")
    held[0] = (talking, DialogInfo("new", "trying", "initiator"))
    second = package.tell(view(version=1, told=first.state))
    assert second.body is not None
    assert read_dialogs(second.body.data) == DialogReport(BOB, 1, False, held[0])
    held[0] = (talking,)
    third = package.tell(view(version=2, told=second.state))
    assert third.body is not None
    assert [(each.id, each.state) for each in read_dialogs(third.body.data).dialogs] == [
        ("new", "terminated")
    ]


def test_dialog_told_as_terminated_is_not_told_again() -> None:
    over = DialogInfo("a", "terminated")
    assert changes((over,), ()) == []
    assert changes((over,), (over,)) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<dialog-info/>",
        b'<dialog-info version="x" state="full" entity="e"/>',
        b'<dialog-info version="0" state="half" entity="e"/>',
        b'<dialog-info version="0" state="full" entity="e"><dialog id="a"/></dialog-info>',
        b'<x version="0" state="full"/>',
    ],
)
def test_what_is_no_dialog_info_is_refused(body: bytes) -> None:
    with pytest.raises(NotMarkup):
        read_dialogs(body)


# reg


def binding(contact: str, expires_s: int = 60) -> StoredBinding:
    return StoredBinding(
        "1001", contact, "c", 3, 500, "Phone", "10.0.0.1:5060", "10.0.0.9:5060", "udp", NOW,
        NOW + expires_s * 1000,
    )  # fmt: skip


def contacts(document: bytes) -> list[tuple[str, str, str]]:
    """Each contact with its state and the event that led to it."""
    return [
        (each.text_of("uri"), each.attributes["state"], each.attributes["event"])
        for each in read(document).all("contact")
    ]


def test_registrations_are_told_whole_with_what_went() -> None:
    held = [(binding("sip:a@10.0.0.1"), binding("sip:b@10.0.0.1"))]
    package = RegPackage(lambda number: held[0], lambda number, contact: "")
    first = package.tell(view())
    assert first.body is not None
    assert b'aor="sip:1001@pbx.test"' in first.body.data
    assert b'expires="60" q="0.500"' in first.body.data
    assert [state for _, state, _ in contacts(first.body.data)] == ["active", "active"]
    held[0] = held[0][:1]
    second = package.tell(view(version=1, told=first.state))
    assert second.body is not None
    assert b'version="1" state="full"' in second.body.data
    assert contacts(second.body.data) == [
        ("sip:a@10.0.0.1", "active", "registered"),
        ("sip:b@10.0.0.1", "terminated", "unregistered"),
    ]


@pytest.mark.parametrize(
    ("cause", "expires_s", "event"),
    [
        ("unregistered", 60, "unregistered"),
        ("expired", 0, "expired"),
        ("replaced", 60, "deactivated"),
        ("lost", 0, "deactivated"),
        ("removed", 60, "deactivated"),
    ],
)
def test_a_phone_is_told_whether_it_had_a_part_in_it_that_it_is_not_registered(
    cause: str, expires_s: int, event: str
) -> None:
    gone = binding("sip:a@10.0.0.1", expires_s)
    states = States(
        lambda number: Mailbox(),
        Registrar(),
        Publications(),
        CallHandling(Directory(), lambda number: Features(), lambda: datetime.now(UTC)),
    )
    states.unbound(Outcome("1001", (), removed=(Removed(gone, cause),), changed=True))
    (package,) = (each for each in states.packages() if isinstance(each, RegPackage))
    told = package.tell(view(version=1, told=(gone,)))
    assert told.body is not None
    assert contacts(told.body.data) == [("sip:a@10.0.0.1", "terminated", event)]


# as-feature-event


def setting(inside: str, name: str = "SetForwarding") -> bytes:
    return f'<?xml version="1.0"?><{name} xmlns="http://x">{inside}</{name}>'.encode()


def test_phone_sets_do_not_disturb() -> None:
    on = changed_by(
        Features(), setting("<device/><doNotDisturbOn>true</doNotDisturbOn>", "SetDoNotDisturb")
    )
    assert on == Features(undisturbed=True)
    off = setting("<doNotDisturbOn>false</doNotDisturbOn>", "SetDoNotDisturb")
    assert changed_by(on, off) == Features()


@pytest.mark.parametrize(
    ("kind", "field"),
    [("forwardImmediate", "always"), ("forwardBusy", "busy"), ("forwardNoAns", "no_answer")],
)
def test_phone_sets_forwarding_and_the_target_outlasts_switching_off(
    kind: str, field: Case
) -> None:
    on = changed_by(
        Features(),
        setting(
            f"<forwardingType>{kind}</forwardingType><forwardDN>1003</forwardDN>"
            "<activateForward>true</activateForward><ringCount>4</ringCount>"
        ),
    )
    assert on.forwarding(field) == Forwarding(True, "1003", 4)
    off = changed_by(
        on,
        setting(f"<forwardingType>{kind}</forwardingType><activateForward>false</activateForward>"),
    )
    assert off.forwarding(field) == Forwarding(False, "1003")


@pytest.mark.parametrize(
    "body",
    [
        b"<SetSomething/>",
        setting("<doNotDisturbOn>perhaps</doNotDisturbOn>", "SetDoNotDisturb"),
        setting("<forwardingType>forwardNever</forwardingType>"),
        setting(
            "<forwardingType>forwardBusy</forwardingType><activateForward>true</activateForward>"
        ),
    ],
)
def test_what_sets_no_feature_is_refused(body: bytes) -> None:
    with pytest.raises(NotMarkup):
        changed_by(Features(), body)


def test_phone_is_told_one_feature_at_a_time_until_it_knows_all() -> None:
    features = Features(undisturbed=True).forwarded("always", Forwarding(True, "1003"))
    package = FeaturePackage(lambda number: features)
    bodies, known = [], None
    for _ in range(4):
        told = package.tell(view(told=known))
        assert told.body is not None
        bodies.append(told.body.data)
        known = told.state
    assert not told.more
    assert b"<doNotDisturbOn>true</doNotDisturbOn>" in bodies[0]
    assert b"<forwardingType>forwardImmediate</forwardingType>" in bodies[1]
    assert b"<forwardStatus>true</forwardStatus><forwardTo>1003</forwardTo>" in bodies[1]
    assert b"<forwardStatus>false</forwardStatus>" in bodies[2]
    features = NONE_SET.forwarded("always", Forwarding(True, "1003"))
    told = package.tell(view(told=known))
    assert told.body is not None
    assert b"<doNotDisturbOn>false</doNotDisturbOn>" in told.body.data
    assert not told.more
    known = told.state
    features = NONE_SET.forwarded("always", Forwarding(True, "1003", kind="extension"))
    assert package.tell(view(told=known)).state == known  # what no phone is told is no news


# conference

ROOM = "sip:6300@pbx.test"
ALICE = Attendee("1000", 'Alice "A" <Ada>', True, (Endpoint("leg-1"),))
STRANGER = Attendee("", "", False, (Endpoint("leg-2", muted=True, invited=True),))


def of_room(version: int, told: Roster | None = None) -> View:
    return View("6300", ROOM, b"", version, NOW, told)


def test_a_room_is_told_whole_first_and_then_what_changed() -> None:
    rosters = {"6300": Roster("Board", most=9, attendees=(ALICE, STRANGER))}
    package = ConferencePackage(rosters.__getitem__)
    first = package.tell(of_room(0))
    assert first.body is not None
    assert first.body.content_type == b"application/conference-info+xml"
    report = read_roster(first.body.data)
    assert (report.entity, report.version, report.full, report.count) == (ROOM, 0, True, 2)
    assert report.present == {
        "sip:1000@pbx.test": ALICE,
        "sip:leg-2@anonymous.invalid": STRANGER,
    }
    whole = read(first.body.data)
    description, state = whole.find("conference-description"), whole.find("conference-state")
    assert description is not None
    assert state is not None
    assert (description.text_of("display-text"), description.text_of("maximum-user-count")) == (
        "Board",
        "9",
    )
    assert (state.text_of("active"), state.text_of("locked")) == ("true", "false")
    muted = Attendee("1000", ALICE.name, True, (Endpoint("leg-1", muted=True),))
    rosters["6300"] = Roster("Board", locked=True, most=9, attendees=(muted,))
    then = package.tell(of_room(1, first.state))
    assert then.body is not None
    report = read_roster(then.body.data)
    assert (report.version, report.full, report.count) == (1, False, 1)
    assert report.present == {"sip:1000@pbx.test": muted}
    assert report.gone == ("sip:leg-2@anonymous.invalid",)


def test_what_is_no_roster_is_refused() -> None:
    for data in b"", b"<a/>", b'<conference-info version="x"/>':
        with pytest.raises(NotMarkup):
            read_roster(data)
