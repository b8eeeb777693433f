"""An emergency call is told to those who are to know of it."""

from __future__ import annotations

from pbxcore.dialplan.emergencies import EmergencyNumber
from pbxcore.dialplan.plan import Plan
from pbxcore.dialplan.ways import WayOut
from pbxcore.journal import CallRecorded, EmergencyCalled
from pbxcore.media.commands import File, Play
from pbxcore.sip.message import Request
from tests.support.handsets import Office
from tests.support.raw_phone import RawPhone
from tests.unit.pbxcore.test_call_limits import POLICE, outside
from tests.unit.pbxcore.test_services import said


def test_who_is_notified_is_called_and_told_which_extension_it_is() -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider")
        number = EmergencyNumber(
            POLICE, "Police", (WayOut("provider"),), notified=("bob", "alice", "gone")
        )
        office.house.directory.plan = Plan(emergencies=(number,))
        alice = office["alice"].dial(POLICE)
        office.run(1)
        invite = office["bob"].talk.last
        assert isinstance(invite, Request)
        assert b'"Police: Alice" <sip:alice@' in (invite.get(b"from") or b"")
        office["bob"].talk.accept()
        office.run(1)
        assert "extension" in said(office)
        office["provider"].talk.accept()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        office["bob"].talk.hang_up()
        office.run(1)
        assert alice.notes[-1] == "confirmed"
        alice.hang_up()
        office.run()
        office.check()
        (called,) = (each for each in office.house.facts if isinstance(each, EmergencyCalled))
        assert (called.extension, called.name, called.number) == ("alice", "Police", POLICE)


def test_who_is_notified_hears_the_custom_prompt_first() -> None:
    with Office("alice", "bob", "provider") as office:
        outside(office, "provider")
        number = EmergencyNumber(
            POLICE, "Police", (WayOut("provider"),), notified=("bob",), prompt="fire"
        )
        office.house.directory.plan = Plan(emergencies=(number,), prompts={"fire": "/fire.wav"})
        alice = office["alice"].dial(POLICE)
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        (told,) = (each for each in office.house.workers.asked if isinstance(each, Play))
        assert File("/fire.wav") in told.sources
        office["bob"].talk.hang_up()
        alice.hang_up()
        office.run()
        office.check()


def test_an_emergency_call_is_recorded_in_a_folder_of_its_own() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider", recorded=True)
        number = EmergencyNumber(POLICE, "Police", (WayOut("provider"),), recorded=True)
        office.house.directory.plan = Plan(emergencies=(number,))
        alice = office["alice"].dial(POLICE)
        office.run(1)
        office["provider"].talk.accept()
        office.run(1)
        alice.hang_up()
        office.run()
        office.check()
        recorded = [each for each in office.house.facts if isinstance(each, CallRecorded)]
        assert recorded
        assert all(each.file.startswith("emergency/") for each in recorded)


def test_help_is_called_by_any_trunk_whatever_the_caller_wants_to_be_secure() -> None:
    with Office("alice", "provider") as office:
        outside(office, "provider")  # it speaks UDP
        number = EmergencyNumber(POLICE, "Police", (WayOut("provider"),), hunts_when_busy=False)
        office.house.directory.plan = Plan(emergencies=(number,))
        raw = RawPhone(office, "alice")
        raw.invite(POLICE, uri=b"sips" + office.house.uri(POLICE)[3:])
        office.run(1)
        assert raw.last(b"INVITE").status == 180
        assert len(office["provider"].talks) == 1
        raw.send(b"CANCEL", POLICE)
        office.run()
        office.check()
