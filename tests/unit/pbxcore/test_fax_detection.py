"""Calls from outside of which some are faxes: listened to before it rings, or while one talks."""

from __future__ import annotations

from typing import Any

from pbxcore.dialplan.place import Place
from pbxcore.dialplan.plan import InboundRoute, Plan
from pbxcore.directory import Delta, ExtensionRemoved, PlanChanged, Trunk, TrunkPut
from pbxcore.media.commands import OpenStream, SetStream, ToneHeard
from tests.support.handsets import Office, Talk

FAX = Place("extension", "fax")


def called(office: Office, **fields: Any) -> Talk:
    """The provider, who calls by a route with fax detection that leads to Bob."""
    route = InboundRoute(
        "in", "In", ("provider",), Place("extension", "bob"),
        fax_detection=True, fax_place=FAX, **fields,
    )  # fmt: skip
    directory = office.house.directory
    changes = (ExtensionRemoved("provider"), PlanChanged(Plan(inbound=(route,))))
    directory.apply(Delta(directory.version + 1, changes))
    call = office["provider"].dial("8001")
    office.run(1)
    return call


def came_by(office: Office, fax: Place | None) -> Talk:
    """The provider, who calls Bob by a trunk with fax detection and a route without."""
    route = InboundRoute("in", "In", ("provider",), Place("extension", "bob"))
    directory = office.house.directory
    trunk = Trunk("provider", "Provider", office["provider"].stack.host, fax_place=fax)
    plan = PlanChanged(Plan(inbound=(route,)))
    directory.apply(
        Delta(directory.version + 1, (ExtensionRemoved("provider"), TrunkPut(trunk), plan))
    )
    call = office["provider"].dial("8001")
    office.run(1)
    return call


def listens(office: Office) -> bool:
    """Whether the workers were told last to listen to the provider's stream."""
    told = (each for each in office.house.workers.asked if isinstance(each, SetStream))
    return [each.fax_tones for each in told if each.stream == stream(office)][-1]


def stream(office: Office) -> str:
    """The provider's: the first that was opened."""
    return next(each.stream for each in office.house.workers.asked if isinstance(each, OpenStream))


def cng(office: Office) -> None:
    office.house.workers.notice(ToneHeard(stream(office), "cng"))
    office.run(1)


def test_a_fax_is_answered_and_goes_to_its_machine() -> None:
    with Office("provider", "bob", "fax") as office:
        call = called(office, auto_answer=True)
        assert call.notes[-1] == "confirmed"
        assert listens(office)
        assert not office["bob"].talks
        cng(office)
        office["fax"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        assert not listens(office)
        assert not office["bob"].talks
        call.hang_up()
        office.run()
        office.check()


def test_a_trunk_says_where_faxes_go_if_the_route_does_not() -> None:
    with Office("provider", "bob", "fax") as office:
        call = came_by(office, FAX)
        office["bob"].talk.accept()
        office.run(1)
        assert listens(office)
        cng(office)
        office["fax"].talk.accept()
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        call.hang_up()
        office.run()
        office.check()


def test_nobody_listens_for_a_fax_that_could_not_be_received() -> None:
    with Office("provider", "bob") as office:
        call = came_by(office, Place("fax", "a@example.com"))
        office["bob"].talk.accept()
        office.run(1)
        assert not listens(office)
        call.hang_up()
        office.run()
        office.check()


def test_who_is_no_fax_goes_on_when_time_is_out() -> None:
    with Office("provider", "bob", "fax") as office:
        call = called(office, auto_answer=True, detection_timeout_s=6)
        office.run(4.5)
        assert not office["bob"].talks
        office.run(1)
        office["bob"].talk.accept()
        office.run(1)
        assert len(office.house.workers.heard) == 2
        assert not office["fax"].talks
        call.hang_up()
        office.run()
        office.check()


def test_a_fax_that_somebody_has_answered_is_handed_on() -> None:
    with Office("provider", "bob", "fax") as office:
        call = called(office)
        office["bob"].talk.accept()
        office.run(1)
        assert listens(office)
        cng(office)
        office["fax"].talk.accept()
        office.run(1)
        assert office["bob"].talk.notes[-1] == "ended"
        assert call.notes[-1] == "confirmed"
        call.hang_up()
        office.run()
        office.check()


def test_who_hangs_up_while_it_listens_leaves_nothing() -> None:
    with Office("provider", "bob", "fax") as office:
        called(office, auto_answer=True).hang_up()
        office.run()
        office.check()
        assert not office["bob"].talks
