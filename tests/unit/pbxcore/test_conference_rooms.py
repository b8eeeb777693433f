"""Conference rooms: who comes in, who is heard, and what hosts do with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pbxcore.apps.conference_commands import RemoveParticipant, ShowConference
from pbxcore.apps.conferences import ConferenceRoom
from pbxcore.apps.ivr import Ivr, MenuKey
from pbxcore.apps.overseeing import oversee
from pbxcore.calls.roster import roster_of
from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import Plan
from pbxcore.journal import CallRecorded, LegAnswered
from pbxcore.media.commands import JoinRoom, StartRecording
from pbxcore.presence.packages.conference_info import Roster
from pbxcore.sip.message import Request, Response
from pbxcore.sip.sdp.codecs import PCMU
from pbxcore.sip.sdp.stream import Stream
from pbxcore.sip.uri import write_uri_headers
from pbxcore.voicemail.mailboxes import Mailboxes
from tests.support.handsets import Office
from tests.support.shelf import Shelf
from tests.unit.pbxcore.test_call_changes import talking
from tests.unit.pbxcore.test_call_legs_differ import Tap, speaks
from tests.unit.pbxcore.test_call_transfers import refer, replaces

if TYPE_CHECKING:
    from pbxcore.apps.conferences import Conference, Conferences
    from tests.support.handsets import Talk


class Meeting(Office):
    """An office with the room 6300."""

    def __init__(self, **room: object) -> None:
        super().__init__("alice", "bob", "carol")
        made = ConferenceRoom("6300", "Room", **room)  # type: ignore[arg-type]
        other = ConferenceRoom("6301", "Other", pin="77", recorded=True)
        self.house.directory.plan = Plan(services={"6300": made, "6301": other})
        self.legs: dict[str, str] = {}

    @property
    def conferences(self) -> Conferences:
        return self.house.facilities.conferences

    @property
    def conference(self) -> Conference:
        found = self.conferences.at("6300")
        assert found is not None
        return found

    def call(self, name: str, *keys: str, room: str = "6300") -> Talk:
        """Somebody calls the room, and types these keys."""
        known = set(self.house.workers.streams)
        talk = self[name].dial(room)
        self.run(1)
        (self.legs[name],) = self.house.workers.streams.keys() - known
        self.press(name, *keys)
        self.run(8)
        return talk

    def press(self, name: str, *keys: str) -> None:
        for key in keys:
            self.house.workers.press(self.legs[name], key)
            self.run(0.2)

    def said(self, name: str) -> list[str]:
        return self.house.workers.said.get(self.legs[name], [])

    def present(self, room: str = "6300") -> dict[str, bool]:
        """Who was put into a room last, and whether he is heard there."""
        last: dict[str, JoinRoom] = {}
        for each in self.house.workers.asked:
            if isinstance(each, JoinRoom):
                last[each.stream] = each
        open_ = self.house.workers.streams
        return {
            name: not last[leg].muted
            for name, leg in self.legs.items()
            if leg in open_ and leg in last and last[leg].room == room
        }


def test_the_roster_tells_who_is_there() -> None:
    with Meeting(hosts=("alice",), muted=True, most=5) as office:
        told: list[str] = []
        office.house.lines.place_changed = told.append
        empty = roster_of(office.house.context, "6300")
        assert empty == Roster("Room", most=5)
        assert roster_of(office.house.context, "6309") == Roster()
        talks = [office.call(each) for each in ("alice", "bob")]
        assert set(told) == {"6300"}
        roster = roster_of(office.house.context, "6300")
        shown = [(each.number, each.host, each.endpoints[0].muted) for each in roster.attendees]
        assert shown == [("alice", True, False), ("bob", False, True)]
        again = office["alice"].dial("6300")
        office.run(8)
        attendees = roster_of(office.house.context, "6300").attendees
        phones = {each.number: len(each.endpoints) for each in attendees}
        assert phones == {"alice": 2, "bob": 1}
        for each in (*talks, again):
            each.hang_up()
        office.run()
        office.check()
        assert roster_of(office.house.context, "6300") == empty


def test_phones_learn_by_contact_that_they_talk_to_a_conference() -> None:
    with Meeting() as office:
        alice = office.call("alice")
        assert alice.call is not None
        assert alice.call.dialog.remote_target == b"sip:6300@10.0.0.100:5060"
        bob = office["bob"].dial("carol")
        office.run(1)
        office["carol"].talk.accept()
        office.run(1)
        assert bob.call is not None
        assert bob.call.dialog.remote_target == b"sip:10.0.0.100:5060"
        alice.hang_up()
        bob.hang_up()
        office.run()
        office.check()


def contacts(tap: Tap, method: bytes) -> set[bytes]:
    """The Contacts of the requests of a method, and of the 200s to those we sent."""
    return {
        each.get(b"contact") or b""
        for _, each in tap.came
        if (isinstance(each, Request) and each.method == method)
        or (
            isinstance(each, Response)
            and each.status == 200
            and (each.get(b"cseq") or b"").endswith(b" " + method)
        )
    }


FOCUS = b"<sip:6300@10.0.0.100:5060>;isfocus"


def test_the_focus_is_told_in_every_message_that_has_a_contact() -> None:
    with Meeting() as office:
        tap = Tap(office, "alice")
        alice = office.call("alice")
        assert alice.call is not None
        alice.modify(Stream(port=4000, formats=(PCMU,)))  # re-INVITE of the phone
        office.run(1)
        assert contacts(tap, b"INVITE") == {FOCUS}
        statuses: list[int] = []
        alice.call.send(b"UPDATE", lambda status, _: statuses.append(status))
        office.run(1)
        assert statuses == [200]
        assert contacts(tap, b"UPDATE") == {FOCUS}
        alice.hang_up()
        office.run()
        office.check()


def test_our_own_changes_name_the_focus_too() -> None:
    with Meeting() as office:
        speaks(office, "alice", session_s=120, reliable=False)
        tap = Tap(office, "alice")
        alice = office.call("alice")
        office.run(200)
        requests = [*tap.requests(b"UPDATE"), *tap.requests(b"INVITE")]
        told = {each.get(b"contact") for each in requests} | contacts(tap, b"UPDATE")
        assert told == {FOCUS}
        alice.hang_up()
        office.run()
        office.check()


def test_who_comes_from_a_menu_learns_that_it_is_a_conference_now() -> None:
    with Meeting() as office:
        plan = office.house.directory.plan
        menu = Ivr("7000", "Menu", keys=(MenuKey("1", Place("conference", "6300")),))
        office.house.directory.plan = msgspec.structs.replace(
            plan, services={**plan.services, "7000": menu}
        )
        tap = Tap(office, "alice")
        alice = office["alice"].dial("7000")
        office.run(1)
        assert contacts(tap, b"INVITE") == {b"<sip:10.0.0.100:5060>"}
        (leg,) = office.house.workers.streams
        office.house.workers.press(leg, "1")
        office.run(8)
        assert {each.get(b"contact") for each in tap.requests(b"UPDATE")} == {FOCUS}
        alice.hang_up()
        office.run()
        office.check()


def test_who_is_called_into_a_room_is_called_by_the_focus() -> None:
    with Meeting() as office:
        tap = Tap(office, "bob")
        alice = office.call("alice")
        refer(alice, office.house.uri("bob"))
        office.run(1)
        office["bob"].talk.accept()
        office.run(8)
        assert {each.get(b"contact") for each in tap.requests(b"INVITE")} == {FOCUS}
        assert not tap.requests(b"UPDATE")
        alice.hang_up()
        office["bob"].talk.hang_up()
        office.run()
        office.check()


def test_a_participant_has_somebody_called_into_the_room() -> None:
    with Meeting() as office:
        alice = office.call("alice")
        told = refer(alice, office.house.uri("bob"))
        office.run(1)
        office["bob"].talk.accept()
        office.run(8)
        assert [each.status for each in told][-1] == 200
        roster = roster_of(office.house.context, "6300")
        assert [each.number for each in roster.attendees] == ["alice", "bob"]
        assert [each.endpoints[0].invited for each in roster.attendees] == [False, True]
        assert alice.notes[-1] != "ended"
        told = refer(alice, b"sip:nobody@10.0.0.100")
        office.run(1)
        assert [each.status for each in told] == [404]
        alice.hang_up()
        office["bob"].talk.hang_up()
        office.run()
        office.check()


def test_who_is_not_let_in_has_nobody_called() -> None:
    with Meeting(pin="1234") as office:
        alice = office.call("alice")
        told = refer(alice, office.house.uri("bob"))
        office.run(1)
        assert [each.status for each in told] == [403]
        assert not office["bob"].talks
        assert not office.house.context.inviting.may("alice", "6300")
        alice.hang_up()
        office.run()
        office.check()


def test_everybody_hears_everybody() -> None:
    with Meeting() as office:
        talks = [office.call(each) for each in ("alice", "bob", "carol")]
        assert office.present() == {"alice": True, "bob": True, "carol": True}
        assert office.said("alice")[0] == "conf-first"
        assert office.said("bob")[0] == "conf-joining"
        assert [each.state for each in office.house.lines.dialogs("6300")] == ["confirmed"]
        for each in talks:
            each.hang_up()
        office.run()
        office.check()
        assert not len(office.conferences)
        assert not office.house.lines.dialogs("6300")
        facts = [each for each in office.house.facts if isinstance(each, LegAnswered)]
        assert [(each.by, each.owner) for each in facts] == [("conference", "6300")] * 3


@pytest.mark.parametrize(
    ("keys", "host"), [("1234#", False), ("9999#", True), ("0#1234#", False), ("0#0#0#", None)]
)
def test_the_pin_tells_hosts_guests_and_strangers(keys: str, host: bool | None) -> None:
    with Meeting(pin="1234", host_pin="9999") as office:
        alice = office["alice"].dial("6300")
        office.run(1)
        (office.legs["alice"],) = office.house.workers.streams
        for each in keys.split("#")[:-1]:
            office.press("alice", *each, "#")
            office.run(3)
        if host is None:
            office.run(10)
            assert alice.notes[-1] == "ended"
            assert not len(office.conferences)
        else:
            assert [each.host for each in office.conference.participants] == [host]
            alice.hang_up()
        office.run()
        office.check()


def test_guests_wait_for_the_host_and_go_with_him() -> None:
    with Meeting(hosts=("alice",), waits_for_host=True, ends_with_host=True) as office:
        bob = office.call("bob")
        assert office.said("bob") == ["conf-wait-host"]
        assert not office.present()
        alice = office.call("alice")
        office.run(5)
        assert office.present() == {"bob": True, "alice": True}
        alice.hang_up()
        office.run(5)
        assert office.said("bob")[-1] == "conf-ended"
        assert bob.notes[-1] == "ended"
        office.run()
        office.check()


def test_a_guest_mutes_himself_by_the_menu() -> None:
    with Meeting() as office:
        alice = office.call("alice")
        office.press("alice", "*", "1")
        office.run(5)
        assert office.present() == {"alice": False}
        assert office.said("alice")[-1] == "conf-muted"
        office.press("alice", "*", "1")
        office.run(5)
        assert office.present() == {"alice": True}
        office.press("alice", "*", "2")
        office.run(5)
        assert "conf-there-are" in office.said("alice")
        office.press("alice", "*", "3")  # is for hosts
        office.run(5)
        assert not office.conference.locked
        office.press("alice", "*", "8")
        office.run(5)
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def test_a_host_locks_the_room_and_sends_the_last_guest_out() -> None:
    with Meeting(hosts=("alice",)) as office:
        alice = office.call("alice")
        bob = office.call("bob")
        office.press("alice", "*", "#", "2")
        office.run(5)
        assert office.conference.locked
        carol = office.call("carol")
        assert office.said("carol") == ["conf-locked"]
        assert carol.notes[-1] == "ended"
        office.press("alice", "*", "#", "3")
        office.run(5)
        assert office.said("bob")[-1] == "conf-removed"
        assert bob.notes[-1] == "ended"
        assert office.present() == {"alice": True}
        alice.hang_up()
        office.run()
        office.check()


def test_an_administrator_mutes_and_removes() -> None:
    with Meeting() as office:
        alice, bob = office.call("alice"), office.call("bob")
        guest = office.conference.participants[1]
        office.conferences.mute("6300", guest, muted=True)
        office.run(5)
        assert office.present() == {"alice": True, "bob": False}
        assert office.said("bob")[-1] == "conf-muted"
        office.conferences.remove("6300", guest)
        office.run(5)
        assert bob.notes[-1] == "ended"
        alice.hang_up()
        office.run()
        office.check()


def test_a_full_room_takes_no_more_guests() -> None:
    with Meeting(most=1, muted=True) as office:
        alice = office.call("alice")
        assert office.present() == {"alice": False}
        bob = office.call("bob")
        assert office.said("bob") == ["conf-full"]
        assert bob.notes[-1] == "ended"
        alice.hang_up()
        office.run()
        office.check()


def test_one_who_is_handed_over_to_a_room_can_be_sent_out() -> None:
    """The script that began for who asked goes on for who was handed over."""
    with Meeting() as office:
        alice, bob = talking(office)
        asking = office["bob"].dial("6300")
        office.run(4)
        headers = write_uri_headers([(b"Replaces", replaces(asking).encode())])
        refer(bob, b"%b?%b" % (office.house.uri("6300"), headers))
        office.run(4)
        assert bob.notes[-1] == asking.notes[-1] == "ended"
        [shown] = oversee(office.conferences, ShowConference("6300")).participants
        assert shown.number == "alice"
        oversee(office.conferences, RemoveParticipant("6300", shown.leg))
        office.run(4)
        assert alice.notes[-1] == "ended"
        office.run()
        office.check()


def joined(office: Meeting, name: str) -> JoinRoom:
    """How somebody takes part now."""
    stream = office.legs[name]
    asked = [each for each in office.house.workers.asked if isinstance(each, JoinRoom)]
    return [each for each in asked if each.stream == stream][-1]


def test_keys_change_how_loud_one_hears_and_is_heard() -> None:
    with Meeting() as office:
        alice, bob = office.call("alice"), office.call("bob")
        for key in "4", "4", "9":
            office.press("alice", "*", key)
            office.run(3)
        assert (joined(office, "alice").hears_db, joined(office, "alice").speaks_db) == (-8.0, 4.0)
        for _ in range(9):
            office.press("alice", "*", "6")
            office.run(3)
        assert joined(office, "alice").hears_db == 16.0
        assert joined(office, "bob").hears_db == 0.0
        alice.hang_up()
        bob.hang_up()
        office.run()
        office.check()


def test_a_host_invites_by_keys_and_the_invited_consents() -> None:
    with Meeting(hosts=("alice",), pin="1234") as office:
        alice = office.call("alice")
        office.press("alice", "*", "0", "b", "o", "b", "#")
        office.run(2)
        office["bob"].talk.accept()
        office.run(3)
        (office.legs["bob"],) = office.house.workers.streams.keys() - {office.legs["alice"]}
        assert office.said("bob")[0] == "conf-invited"
        office.press("bob", "1")
        office.run(8)
        assert office.present() == {"alice": True, "bob": True}
        assert "enter-pin" not in office.said("bob")
        alice.hang_up()
        office["bob"].talk.hang_up()
        office.run()
        office.check()


def test_names_are_said_and_heard_by_the_others() -> None:
    with Meeting(announces=True, chimes=False) as office:
        shelf = Shelf()
        ids = iter("abc")
        boxes = Mailboxes(shelf, now_ms=lambda: 0, token=lambda: next(ids))
        office.house.facilities.post.boxes = boxes
        alice = office.call("alice", "#")
        office.press("alice", "#")
        office.run(5)
        bob = office.call("bob")
        office.press("bob", "#")
        office.run(5)
        assert "conf-say-name" in office.said("bob")
        assert office.said("alice")[-1] == "conf-joined"
        bob.hang_up()
        office.run(5)
        assert office.said("alice")[-1] == "conf-left"
        assert shelf.arriving
        alice.hang_up()
        office.run()
        assert not shelf.arriving
        office.check()


def test_a_room_is_recorded_from_the_first_to_the_last() -> None:
    with Meeting(recorded=True) as office:
        alice, bob = office.call("alice"), office.call("bob")
        wanted = [e for e in office.house.workers.asked if isinstance(e, StartRecording)]
        assert [(each.room, each.path.split("/")[1]) for each in wanted] == [("6300", "meetme")]
        assert office.said("bob")[0] == "may-be-recorded"
        bob.hang_up()
        office.run(1)
        assert office.house.workers.recordings
        alice.hang_up()
        office.run()
        told = [each for each in office.house.facts if isinstance(each, CallRecorded)]
        assert told[0].file.startswith("meetme/")
        assert told[-1].seconds > 0
        office.check()


def test_whom_a_host_brings_in_is_not_asked() -> None:
    with Meeting(hosts=("alice",), pin="1234") as office:
        alice = office.call("alice")
        tap = Tap(office, "bob")
        office.press("alice", "*", "1", "b", "o", "b", "#")
        office.run(2)
        office["bob"].talk.accept()
        office.run(8)
        changes = [*tap.requests(b"INVITE"), *tap.requests(b"UPDATE")]
        assert changes[-1].get(b"contact") == FOCUS
        facts = [each for each in office.house.facts if isinstance(each, LegAnswered)]
        assert (facts[-1].by, facts[-1].owner) == ("conference", "6300")
        (office.legs["bob"],) = office.house.workers.streams.keys() - {office.legs["alice"]}
        assert office.said("bob") == ["conf-joining"]
        assert office.present() == {"alice": True, "bob": True}
        alice.hang_up()
        office["bob"].talk.hang_up()
        office.run()
        office.check()


def test_guests_have_the_keys_that_the_room_gives_them() -> None:
    with Meeting(menu=False) as office:
        alice = office.call("alice")
        office.press("alice", "*", "1")
        office.run(5)
        assert office.present() == {"alice": True}
        assert office.said("alice") == ["conf-first"]
        alice.hang_up()
        office.run()
    with Meeting(guests_invite=True) as office:
        alice = office.call("alice")
        office.press("alice", "*", "#", "1")
        office.run(5)
        assert office.present() == {"alice": False}
        office.press("alice", "*", "#", "2")  # is for hosts
        office.run(9)
        assert not office.conference.locked
        office.press("alice", "*", "3")  # nothing is linked
        office.run(5)
        assert office.said("alice")[-1] == "not-possible"
        alice.hang_up()
        office.run()
        office.check()


def test_who_waits_for_the_host_is_told_of_a_recording_that_began_meanwhile() -> None:
    with Meeting(hosts=("alice",), waits_for_host=True) as office:
        bob, carol = office.call("bob"), office.call("carol", "7", "7", "#", room="6301")
        assert office.said("bob")[-1] == "conf-wait-host"
        office.conferences.link("6301", office.conference.room)
        office.run(2)
        assert "may-be-recorded" not in office.said("bob")  # he is alone still
        alice = office.call("alice")
        assert "may-be-recorded" in office.said("bob")
        for talk in (alice, bob, carol):
            talk.hang_up()
        office.run()
        office.check()


def test_rooms_are_linked_and_separated_by_the_host() -> None:
    """Linked rooms have the sound of the recorded one; those who are new to it are told."""
    with Meeting(hosts=("alice",)) as office:
        alice = office.call("alice")
        bob = office.call("bob", "7", "7", "#", room="6301")
        assert "may-be-recorded" in office.said("bob")
        office.press("alice", "*", "2", *"6301#", *"77#")
        office.run(8)
        assert office.said("alice")[-2:] == ["conf-linked", "may-be-recorded"]
        assert office.said("bob")[-1] == "conf-linked"
        assert {joined(office, each).room for each in ("alice", "bob")} == {"6301"}
        assert oversee(office.conferences, ShowConference("6301")).linked == ("6300",)
        carol = office.call("carol")  # who comes later hears both rooms
        assert office.said("carol")[:1] == ["may-be-recorded"]
        assert joined(office, "carol").room == "6301"
        office.press("carol", "*", "2")
        office.run(5)
        assert office.said("carol")[-2:] == ["number-3", "participant.other"]
        office.press("alice", "*", "3")
        office.run(8)
        assert office.said("bob")[-1] == "conf-unlinked"
        assert joined(office, "bob").room == "6301"
        assert {joined(office, each).room for each in ("alice", "carol")} == {"6300"}
        for each in alice, bob, carol:
            each.hang_up()
        office.run()
        office.check()


def test_a_link_ends_with_the_room_that_made_it() -> None:
    with Meeting(hosts=("alice",)) as office:
        alice = office.call("alice")
        bob = office.call("bob", "7", "7", "#", room="6301")
        office.press("alice", "*", "2", *"6301#", *"78#", *"77#")
        office.run(12)
        assert office.conferences.links("6301") == ("6300",)
        alice.hang_up()
        office.run(8)
        assert office.conferences.links("6301") == ()
        assert joined(office, "bob").room == "6301"
        bob.hang_up()
        office.run()
        office.check()


def test_rooms_that_are_parted_by_the_end_of_a_third_are_told() -> None:
    with Meeting(hosts=("alice",)) as office:
        services = dict(office.house.directory.plan.services)
        services["6302"] = ConferenceRoom("6302", "Third")
        office.house.directory.plan = Plan(services=services)
        alice = office.call("alice")
        bob = office.call("bob", "7", "7", "#", room="6301")
        carol = office.call("carol", room="6302")
        for keys in "6301#77#", "6302#":
            office.press("alice", "*", "2", *keys)
            office.run(12)
        assert office.conferences.links("6301") == ("6300", "6302")
        alice.hang_up()
        office.run(12)
        assert office.conferences.links("6301") == ()
        assert [office.said(each)[-1] for each in ("bob", "carol")] == ["conf-unlinked"] * 2
        assert [joined(office, each).room for each in ("bob", "carol")] == ["6301", "6302"]
        for each in bob, carol:
            each.hang_up()
        office.run()
        office.check()


def test_who_does_not_know_the_pin_of_another_room_cannot_guess_on() -> None:
    with Meeting(hosts=("alice",)) as office:
        alice = office.call("alice")
        office.press("alice", "*", "2", *"6301#", *"1#", *"2#", *"3#")
        office.run(12)
        assert office.said("alice")[-1] == "wrong-pin"
        office.press("alice", "*", "2")
        office.run(8)
        assert office.said("alice")[-1] == "not-possible"
        office.press("alice", *"6301#", *"77#")
        office.run(8)
        assert not office.conference.links
        alice.hang_up()
        office.run()
        office.check()


def test_who_looks_at_rooms_sees_them_linked_and_separated() -> None:
    with Meeting(hosts=("alice",)) as office:
        seen: dict[str, tuple[str, ...]] = {}
        rooms, tell = office.conferences, office.conferences.changed

        def look(number: str) -> None:
            seen[number] = rooms.links(number) if rooms.at(number) else ()
            tell(number)

        rooms.changed = look
        alice = office.call("alice")
        bob = office.call("bob", "7", "7", "#", room="6301")
        office.press("alice", "*", "2", *"6301#", *"77#")
        office.run(8)
        assert seen == {"6300": ("6301",), "6301": ("6300",)}
        office.press("alice", "*", "3")
        office.run(8)
        assert seen == {"6300": (), "6301": ()}
        office.press("alice", "*", "2", *"6301#", *"77#")
        office.run(8)
        assert seen["6301"] == ("6300",)
        alice.hang_up()
        office.run(8)
        assert seen["6301"] == ()
        bob.hang_up()
        office.run()
        office.check()


@pytest.mark.parametrize("keys", ["6300#", "999#", "#"])
def test_only_other_rooms_are_linked(keys: str) -> None:
    with Meeting(hosts=("alice",)) as office:
        alice = office.call("alice")
        office.press("alice", "*", "2", *keys)
        office.run(8)
        assert office.said("alice")[-1] == "invalid"
        assert not office.conference.links
        alice.hang_up()
        office.run()
        office.check()
