"""All calls: where they begin, and where they are found."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from pbxcore.apps.prompt_player import PromptPlayer
from pbxcore.apps.prompt_recorder import PromptRecorder
from pbxcore.calls import directing
from pbxcore.calls.admitting import Admission
from pbxcore.calls.alarming import alarm
from pbxcore.calls.call import Call
from pbxcore.calls.curfew import begin_curfew
from pbxcore.calls.goal import Goal
from pbxcore.calls.leg import Leg
from pbxcore.calls.paging import answer_at_once
from pbxcore.calls.party import Farewell, Origin
from pbxcore.calls.picking_up import NOTHING_THERE, leg_to_take
from pbxcore.calls.placing import ANYWHERE, Placing
from pbxcore.calls.planning import Aim
from pbxcore.calls.serving import attend
from pbxcore.calls.sharing import aim_of_line, may_replace
from pbxcore.calls.supervising import ask_to_hear, begin_to_hear, may_be_heard
from pbxcore.calls.visiting import visit_of
from pbxcore.presence.packages.call_info import asked_index
from pbxcore.sip import causes
from pbxcore.sip.identity import Caller

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.services import Service
    from pbxcore.apps.visit import Visit
    from pbxcore.calls.context import CallContext
    from pbxcore.calls.talk_room import Mode
    from pbxcore.sip.agent.incoming_call import IncomingCall


class Switchboard:
    """Makes a call of each INVITE that may be one."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._calls: dict[str, Call] = {}
        self.taken = 0
        context.facilities.conferences.wake = self._wake
        context.facilities.conferences.guest_of = self._guest_of
        context.facilities.invite = self._invite
        context.facilities.announce = self._announce
        context.calling_back.originate = self.originate
        context.queues.customers.originate = self.originate
        context.queues.customers.hang_up = self.hang_up
        context.completing.place = context.inviting.place = self.place
        context.new_call = self._new

    def __len__(self) -> int:
        """How many calls there are."""
        return len(self._calls)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Those that are not over."""
        return tuple(self._calls.values())

    def take(self, incoming: IncomingCall, aim: Aim, dialled: str, hops: int) -> None:
        """Somebody calls, and may; `hops` is how many servers the call may still pass."""
        self.taken += 1
        replaced = incoming.replaced
        leg: Leg | None = None
        if replaced is not None and isinstance(replaced.listener, Leg):
            incoming.replaced = None  # its call hangs it up
            leg = replaced.listener if may_replace(replaced.listener, aim.origin) else None
        else:
            aim = aim_of_line(self._context, incoming, aim)
            if aim.takes is not None and aim.refusal is None:
                leg = leg_to_take(self._context, aim.origin, incoming.flow, aim.takes)
        if leg is not None:
            kind = _kind_of(leg, aim)
            leg.call.taking_over.take(leg, incoming, aim.origin, kind)
            return
        if replaced is not None or aim.takes is not None:
            aim = msgspec.structs.replace(aim, refusal=aim.refusal or NOTHING_THERE)
        call = self._begin(aim, dialled)
        self._context.appearances.begin(aim.origin, call.id, asked_index(incoming.request))
        Admission(call, incoming, hops).begin()
        alarm(self._context, aim, self._new)

    def begin(self, aim: Aim, dialled: str, name: str) -> Call:
        """A call begins that no INVITE asked for; whoever wants it adds its first leg."""
        self.taken += 1
        return self._begin(aim, dialled, name)

    def place(
        self,
        caller: str,
        callee: str,
        told: Callable[[int], None] = lambda status: None,
        *,
        outside: bool = False,
    ) -> tuple[int, str]:
        """Ring somebody, and once he has answered call somebody else for him; status and call.

        The caller is an extension, or a number `outside`, which may be as far away as it likes;
        `told` hears how it goes with the callee.
        """
        if self._context.directory.extension(caller) is None and not outside:
            return 404, ""
        call = self._new(caller, callee)
        Placing(call, told, ANYWHERE if outside else "").begin(caller)
        return 202, call.id

    def supervise(
        self, call: str, leg: str, supervisor: str, mode: Mode, *, asks: bool = False
    ) -> tuple[int, str]:
        """Ring an extension, and let it hear the talk of a leg then; status and call.

        Who is to be heard is asked first, where that is wanted.
        """
        target = self._leg(call, leg)
        if target is None or self._context.directory.extension(supervisor) is None:
            return 404, ""
        if not may_be_heard(target) or target.consenting is not None:
            return 409, ""
        made = self._new(supervisor, target.number)
        admit = partial(ask_to_hear if asks else begin_to_hear, target, mode)
        Placing(made).begin(supervisor, admit)
        return 202, made.id

    def play(self, number: str, path: str, name_of: str = "") -> tuple[int, str]:
        """Ring an extension, and play a sound file to whoever answers; status and call.

        The file may be the name that somebody has spoken for his mailbox.
        """
        if name_of:
            path = self._context.facilities.post.boxes.greeting(name_of, "name")
        if not path:
            return 404, ""
        return self._serve_at(number, PromptPlayer(path))

    def record_prompt(self, number: str, name: str) -> tuple[int, str]:
        """Ring an extension, and record a custom prompt there; status and call."""
        archive = self._context.archive
        file = archive.of_prompt(self._context.token())
        return self._serve_at(number, PromptRecorder(name, file, archive.path(file)))

    def _serve_at(self, number: str, service: Service) -> tuple[int, str]:
        """Ring an extension, and let a service talk to whoever answers; status and call."""
        if self._context.directory.extension(number) is None:
            return 404, ""
        call = self._new(number, number)
        Placing(call).begin(
            number, lambda leg: attend(leg, service, visit_of(call, leg, "", ()), ())
        )
        return 202, call.id

    def direct(self, call: str, leg: str, what: Callable[[Call, Leg], int]) -> int:
        """Do something to one leg; the status says how that went."""
        found = self._leg(call, leg)
        return 481 if found is None else what(found.call, found)

    def park(self, call: str, leg: str) -> tuple[int, str]:
        """Park whom a leg talks to; the status says how that went, and where."""
        found = self._leg(call, leg)
        return (481, "") if found is None else directing.park(found.call, found)

    def decide(self, call: str, *, accepted: bool) -> int:
        """Take a call from outside, or do not; the status says whether that was open."""
        found = self._calls.get(call)
        return 481 if found is None else directing.decide(found, accepted=accepted)

    def record(self, call: str, *, on: bool) -> int:
        """Record a talk, or do not any more; the status says whether it is so."""
        found = self._calls.get(call)
        return 481 if found is None else found.recording.switch(None, on=on)

    def originate(self, number: str, goal: Goal, shown: str = "") -> str:
        """Call an extension, or somebody outside, by ourselves; the name of the call.

        `shown` is the number that is seen to call.
        """
        call = self._new(number, shown)
        placing = Placing(call, goal.failed, goal.level, goal.telling, goal.shown, goal.rounds)

        def reach(leg: Leg) -> None:
            begin_curfew(leg)
            goal.reach(call, leg)

        placing.begin(number, reach)
        return call.id

    def hang_up(self, call: str, leg: str = "") -> int:
        """End a call, or one leg of it, for somebody who may; the status says whether it is so."""
        found = self._calls.get(call)
        if found is None or (leg and leg not in found.legs):
            return 481
        found.hang_up(Farewell("pbx", 0, causes.NORMAL, "administrator"), leg)
        return 200

    def hang_up_all(self) -> None:
        """End every call, because we are about to stop."""
        for call in list(self._calls.values()):
            call.hang_up(Farewell("pbx", 503, 41, "shutdown"))

    def _wake(self, visit: Visit) -> None:
        """What a service knows of a visit is different now: its script is to look."""
        attending = self._context.scripts.get(visit.leg)
        if attending is not None:
            attending.leave()

    def _guest_of(self, visit: Visit) -> Visit:
        """Who makes a visit now: another than who began it, if that one has handed him over."""
        attending = self._context.scripts.get(visit.leg)
        if attending is None or attending.leg.id == visit.leg:
            return visit
        leg = attending.leg
        name = leg.identity.name
        number = leg.number or self._context.number_of(leg.identity.uri) or ""
        return msgspec.structs.replace(visit, call=leg.call.id, number=number, name=name)

    def _leg(self, call: str, leg: str) -> Leg | None:
        found = self._calls.get(call)
        return None if found is None else found.legs.get(leg)

    def _new(self, caller: str, dialled: str) -> Call:
        """A call that nobody dialled."""
        extension = self._context.directory.extension(caller)
        name = "" if extension is None else extension.display_name
        seen = caller if extension is None else extension.shown_number
        identity = Caller(self._context.address_of(seen, None), name.encode(), asserted=True)
        number, shown = (caller, "") if extension is not None else ("", caller)
        origin = Origin(identity, number, name, shown=shown)
        return self._begin(Aim(origin, dialled), dialled)

    def _begin(self, aim: Aim, dialled: str, name: str = "") -> Call:
        call = Call(self._context, aim, dialled, self._over, name)
        self._calls[call.id] = call
        return call

    def _announce(self, number: str, service: Service, shown: str) -> None:
        goal = Goal(service, telling=answer_at_once(self._context.domain))
        self.originate(number, goal, shown)

    def _invite(self, number: str, service: Service, inviter: str) -> None:
        extension = self._context.directory.extension(inviter)
        level = "" if extension is None else extension.permission
        self.originate(number, Goal(service, level), inviter)

    def _over(self, call: Call) -> None:
        del self._calls[call.id]


def _kind_of(leg: Leg, aim: Aim) -> str:
    """How a leg's place is taken: by a code, or by another device or page of the same extension."""
    if aim.takes is not None:
        return aim.takes.kind
    return "flip" if leg.number and leg.number == aim.origin.number else ""
