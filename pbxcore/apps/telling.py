"""Why somebody was not reached, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pbxcore.apps.sounds import Prompt
from pbxcore.apps.steps import Say

if TYPE_CHECKING:
    from pbxcore.apps.steps import Part

_WORDS: Final = {
    403: "not-permitted",
    404: "not-in-service",
    408: "no-answer",
    480: "unavailable",
    484: "not-in-service",
    486: "busy",
    503: "circuits-busy",
    600: "busy",
    603: "unavailable",
    604: "not-in-service",
}


def told_why(status: int) -> Part[None]:
    """Say what a SIP status means for a caller."""
    yield Say((Prompt(_WORDS.get(status, "cannot-complete")),), barge=False)
