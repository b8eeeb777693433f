"""From a place of the dialplan to the script that serves there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.apps.conference import conference, invited
from pbxcore.apps.conferences import ConferenceRoom, Invitation
from pbxcore.apps.fax_reception import FaxReception
from pbxcore.apps.feature_codes import FeatureCode
from pbxcore.apps.prompt_player import PromptPlayer, Rejection
from pbxcore.apps.queue_duty import QueueLogIn, QueueLogOut
from pbxcore.apps.voicemail.leaving import leave
from pbxcore.apps.voicemail.portal import any_mailbox, own_mailbox
from pbxcore.apps.voicemail.services import (
    VOICEMAIL,
    AnyMailbox,
    LeaveGroupMessage,
    LeaveMessage,
    OwnMailbox,
)
from pbxcore.features.codes import feature_of

if TYPE_CHECKING:
    from pbxcore.apps.facilities import Facilities
    from pbxcore.apps.services import Service
    from pbxcore.apps.steps import Script
    from pbxcore.apps.visit import Visit
    from pbxcore.dialplan.place import Place
    from pbxcore.dialplan.plan import Plan


def service_at(plan: Plan, place: Place) -> Service | None:
    """The service at a place, if one is there."""
    if place.kind in (PromptPlayer.kind, Rejection.kind):
        path = plan.prompts.get(place.value)
        player = Rejection if place.kind == Rejection.kind else PromptPlayer
        return None if path is None else player(path)
    if place.kind == FaxReception.kind:
        return None if plan.fax is None else FaxReception(plan.fax)
    if place.kind in VOICEMAIL:
        return VOICEMAIL[place.kind]
    if place.kind in (QueueLogIn.kind, QueueLogOut.kind):
        queue = plan.queues.get(place.value)
        if queue is None or place.kind == QueueLogOut.kind:
            return None if queue is None else QueueLogOut(place.value)
        return QueueLogIn(place.value, queue.pin)
    if place.kind == "feature":
        dialled = feature_of(plan.codes.features, place.value)
        return None if dialled is None else FeatureCode(*dialled)
    found = plan.unnumbered.get(place.value) or plan.service(place.value)
    return found if found is not None and found.kind == place.kind else None


def service_name(service: Service) -> str:
    """What a service without a number is called in records."""
    return str(getattr(service, "name", ""))


def script_of(service: Service, visit: Visit, facilities: Facilities) -> Script:
    """What a service says to whoever visits it."""
    match service:
        case ConferenceRoom():
            return conference(service, visit, facilities)
        case Invitation():
            return invited(service, visit, facilities)
        case LeaveMessage() | LeaveGroupMessage():
            return leave(facilities.post, visit, visit.service)
        case OwnMailbox():
            return own_mailbox(facilities.post, visit)
        case AnyMailbox():
            return any_mailbox(facilities.post, visit)
        case _:
            return service.script(visit, facilities)
