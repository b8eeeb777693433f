"""The PBX itself talks to a leg: a service takes it, or it is told something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from pbxcore.apps.conferences import ConferenceRoom, Invitation
from pbxcore.apps.echo import EchoTest
from pbxcore.apps.fax_reception import FaxReception
from pbxcore.apps.opening import script_of
from pbxcore.apps.sounds import sources
from pbxcore.calls.attending import Attending
from pbxcore.calls.connected import introduce_service
from pbxcore.calls.faxing import spoken_to_fax
from pbxcore.calls.hanging_up import let_go
from pbxcore.calls.offering import spoken_with_us
from pbxcore.calls.party import Farewell
from pbxcore.media.commands import Play
from pbxcore.prompts.catalogue import language_for
from pbxcore.sip import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pbxcore.apps.services import Service
    from pbxcore.apps.sounds import Sound
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.offering import Line

MOST_HANDED_ON: Final = 10
"""How often services may hand a caller on who does nothing: they would do it for ever."""


def spoken_at(service: Service, lines: Sequence[Line | None]) -> Sequence[Line]:
    """What a service answers these lines with."""
    if service.kind == EchoTest.kind:  # pictures too
        return [each for each in lines if each is not None]
    return spoken_to_fax(lines) if service.kind == FaxReception.kind else spoken_with_us(lines)


def attend(leg: Leg, service: Service, visit: Visit, lines: Sequence[Line]) -> None:
    """A service takes a leg, and answers it with these lines if nobody has."""
    if isinstance(service, Invitation):  # he was called in somebody's name; he talks to the room
        visit = msgspec.structs.replace(visit, service=service.room)
    script = script_of(service, visit, leg.call.context.facilities)
    talk_to(leg, script, service.kind, visit, lines)


def talk_to(leg: Leg, script: Script, kind: str, visit: Visit, lines: Sequence[Line]) -> None:
    """Let a leg talk to a script, of a service of that kind."""
    call, context = leg.call, leg.call.context
    call.leave_service(leg)
    context.parking.free(leg)
    leg.handed_on += 1
    if leg.handed_on > MOST_HANDED_ON:
        let_go(leg, Farewell("pbx", 482, causes.cause_of(482), "loop"))
        return
    call.serve(leg, kind, visit.service)
    introduce_service(leg, visit.service)
    leg.enter(visit.service if kind == ConferenceRoom.kind else "")
    leg.attending = attending = Attending(leg, script, visit.language)
    context.scripts[visit.leg] = attending
    if leg.answered:
        attending.begin()
    else:
        call.accept(leg, lines)


def say(leg: Leg, script: Script) -> None:
    """Tell a leg that was answered something, and hang up."""
    leg.attending = attending = Attending(leg, script, _language_of(leg))
    attending.begin()


def ask_afterwards(leg: Leg, partner: Leg | None) -> bool:
    """Whether somebody who was left by a leg is asked something still, before we hang up."""
    script, leg.afterwards = leg.afterwards, None
    if script is None or partner is None or partner.over:
        return False
    say(partner, script)
    return True


def tell_beside(leg: Leg, *sounds: Sound) -> None:
    """Let a leg hear something while it talks; whoever talks to it does not."""
    if leg.waits or not leg.session.sound:
        return
    context = leg.call.context
    language = language_for(_language_of(leg))
    found = sources(sounds, context.prompts, language)
    if found:
        context.anchor.ask(Play(leg.session.sound, f"beside {leg.id}", found))


def _language_of(leg: Leg) -> str:
    directory = leg.call.context.directory
    extension = directory.extension(leg.number)
    own = "" if extension is None else extension.language
    return own or directory.settings.language
