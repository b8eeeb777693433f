"""Somebody who is looked for answers: he hears who calls, and takes the call by a key, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.asking import ask
from pbxcore.apps.sounds import Digits, Prompt
from pbxcore.apps.steps import Decide
from pbxcore.calls.attending import Attending

if TYPE_CHECKING:
    from pbxcore.apps.steps import Script
    from pbxcore.calls.leg import Leg
    from pbxcore.calls.ringing import Ringing
    from pbxcore.calls.setting_up import SettingUp

ASKED_S: Final = 20.0
"""So long he has at least, though it would ring no longer: a mailbox must not answer for him."""
TAKE: Final = "1"


def announce(search: SettingUp, leg: Leg, ringing: Ringing) -> None:
    """Ask whoever answered; the others ring on, and the caller hears nothing of it."""
    context = search.context
    ringing.allow(context.now() + ASKED_S)
    context.agent.core.layer.watch(ringing)
    if ringing.speaking is leg:  # what he says now is not for the caller
        ringing.speaking = None
        search.front.session.part()
    extension = context.directory.extension(leg.number)
    language = "" if extension is None else extension.language
    script = _announced(search.shown)
    leg.attending = Attending(leg, script, language or context.directory.settings.language)
    leg.attending.begin()


def _announced(caller: str) -> Script:
    who = (Prompt("call-from"), Digits(caller)) if caller.isdigit() else ()
    key = yield from ask(*who, Prompt("call-accept"), most=1, first_s=8.0)
    yield Decide(key == TAKE)
