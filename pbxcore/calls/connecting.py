"""A caller goes on from a service to somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import msgspec

from pbxcore.calls.alerting import alerting
from pbxcore.calls.redialling import Redial
from pbxcore.calls.seeking import Hearer, Terms
from pbxcore.calls.setting_up import SettingUp

if TYPE_CHECKING:
    from collections.abc import Callable

    from pbxcore.apps.services import Service
    from pbxcore.apps.steps import Connect
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.party import Farewell


def connect(leg: Leg, step: Connect, failed: Callable[[int], None]) -> None:
    """Call whoever is at a place; `failed` hears the status when nobody answers."""
    call = leg.call
    leg.recorded |= step.recorded
    caller = leg.identity
    if step.name:
        caller = msgspec.structs.replace(caller, display_name=step.name.encode())

    def connected(other: Leg) -> None:
        call.leave_service(leg)
        if step.code and step.again is not None:
            leg.redial = Redial(step.code, cast("Service", step.again))
        call.connect(leg, other)

    def not_reached(farewell: Farewell) -> None:
        call.context.waiting.stop(leg)
        failed(farewell.status or 480)

    terms = Terms(telling=alerting(step.alert_info), level=step.level, admitted=step.admitted)
    hearer = Hearer(connected, not_reached)
    setting_up = SettingUp(call, leg, hearer, terms, caller=caller)
    setting_up.owner = step.owner
    call.go_on(setting_up, step.place)
