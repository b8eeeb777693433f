"""What happens to a call for an extension at this moment: the rules, without the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.dialplan.routing import applies, takes_any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pbxcore.dialplan.window import Window
    from pbxcore.directory import Directory, Extension
    from pbxcore.features.model import Case, Features, FollowMe, Forwarding


class CallHandling:
    """Asks what extensions have set and what is arranged for them.

    Args:
        directory: knows the extensions.
        features: what their users have set.
        now: the moment, with its zone.
    """

    def __init__(
        self,
        directory: Directory,
        features: Callable[[str], Features],
        now: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self.features = features
        self._now = now

    def undisturbed(self, number: str, caller: str = "") -> bool:
        """Whether an extension wants no calls now, not even of this caller."""
        extension = self._directory.extension(number)
        if extension is None or not self.features(number).undisturbed:
            return False
        handling = extension.handling
        return self._holds(handling.undisturbed_window) and not takes_any(
            handling.lets_through, caller
        )

    def forwarding(self, extension: Extension, case: Case, caller: str) -> Forwarding | None:
        """Where a caller is sent on in a case, if anywhere."""
        forwarding = self.features(extension.number).forwarding(case)
        if not forwarding.active or not self._holds(forwarding.window):
            return None
        return None if takes_any(extension.handling.never_forwards, caller) else forwarding

    def rings_too(self, extension: Extension) -> str:
        """A number that rings together with an extension's phones."""
        handling = extension.handling
        return handling.rings_too if self._holds(handling.rings_too_window) else ""

    def follow_me(self, extension: Extension) -> FollowMe | None:
        """Where else to look for somebody who does not answer."""
        found = extension.handling.follow_me
        return found if found.stops and self._holds(found.window) else None

    def _holds(self, window: Window) -> bool:
        if not window.condition:
            return True
        return applies(window, self._directory.plan.hours.calendar(), self._now())
