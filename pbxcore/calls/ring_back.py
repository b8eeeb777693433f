"""What a caller hears while it rings: his phone's own tone, ours, or music."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pbxcore.calls.offering import spoken_with_us
from pbxcore.errors import RemoteProtocolError

if TYPE_CHECKING:
    from pbxcore.calls.setting_up import SettingUp


class RingBack:
    """Tells one front how it goes."""

    def __init__(self, setting_up: SettingUp) -> None:
        self._setting_up = setting_up
        self._plays = False

    def rang(self, status: int, music: str) -> None:
        """It rings somewhere; the front hears music of a class, if one is named.

        Who is not answered hears it as early media (RFC 3960 §3.2); once he does, his phone makes
        no tone of its own any more, and we play what follows.
        """
        front, waiting = self._setting_up.front, self._setting_up.context.waiting
        if music and not front.answered and not self._plays:
            self._plays = self._opened(status)
        elif not self._plays:
            front.ring(status)
        if music and (front.answered or self._plays):
            waiting.music(front, music)
        elif front.answered or self._plays:
            waiting.ringing(front)

    def _opened(self, status: int) -> bool:
        """Tell the front; whether it hears us from now on."""
        front = self._setting_up.front
        try:
            return front.ring(status, spoken_with_us(self._setting_up.lines))
        except RemoteProtocolError:  # its phone will do
            front.ring(status)
            return False
