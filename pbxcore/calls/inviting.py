"""Somebody is called into a conference because a participant wants so (RFC 4579 §5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.conferences import ConferenceRoom

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.calls.context import CallContext
    from pbxcore.calls.leg import Leg
    from pbxcore.sip.agent.references import Referral


def _nobody(_caller: str, _callee: str, _told: Callable[[int], None]) -> tuple[int, str]:
    """There is no switchboard."""
    return 503, ""


class Inviting:
    """Calls extensions into rooms.

    Attributes:
        place: rings somebody and then calls somebody else for him, as the switchboard does.
    """

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self.place: Callable[[str, str, Callable[[int], None]], tuple[int, str]] = _nobody

    def may(self, number: str, room: str) -> bool:
        """Whether an extension may call others into a room: who is there, and its hosts."""
        conferences = self._context.facilities.conferences
        service = self._context.directory.plan.service(room)
        if isinstance(service, ConferenceRoom) and number in service.hosts:
            return True
        conference = conferences.at(room)
        among = () if conference is None else conference.participants
        return any(conferences.guest_of(each.visit).number == number for each in among)

    def asked(self, leg: Leg, referral: Referral) -> None:
        """A leg that talks to a room wants somebody there; one that only waits for it may not."""
        conference = self._context.facilities.conferences.at(leg.room)
        scripts = self._context.scripts
        among = () if conference is None else conference.participants
        if any(scripts.get(each.visit.leg) is leg.attending for each in among):
            self.invite(leg.room, referral)
        else:
            referral.refuse(403)

    def invite(self, room: str, referral: Referral) -> None:
        """Call whom a REFER names, and let him into the room once he answers."""
        reference = referral.reference
        number = self._context.number_of(reference.uri)
        if reference.replaces is not None or reference.target.method != b"INVITE":
            referral.refuse(403)
        elif number is None or self._context.directory.extension(number) is None:
            referral.refuse(404)
        else:
            referral.accept()
            self.place(number, room, referral.progress)
