"""Whether somebody speaks: WebRTC's detector, and a little patience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import webrtcvad

from pbxcore.media.samples import FRAME_MS

if TYPE_CHECKING:
    from pbxcore.media.samples import Samples

_MODE: Final = 2
"""Of 0 to 3, how sure it must be: noise of offices is not to be taken for a speaker."""
_BEGINS: Final = 60 // FRAME_MS
_ENDS: Final = 600 // FRAME_MS
"""Frames of voice that make a speaker, and without that end one: pauses between words do not."""


class VoiceActivity:
    """One party's; `talks` holds after `hear`."""

    def __init__(self, rate: int) -> None:
        self._detector = webrtcvad.Vad(_MODE)
        self._rate = rate
        self._run = 0
        self.talks = False

    def hear(self, frame: Samples | None) -> bool:
        """Go on with a frame; returns whether `talks` changed. None: silence."""
        voiced = frame is not None and self._detector.is_speech(frame.tobytes(), self._rate)
        self._run = 0 if voiced == self.talks else self._run + 1
        if self._run < (_ENDS if self.talks else _BEGINS):
            return False
        self.talks, self._run = voiced, 0
        return True
