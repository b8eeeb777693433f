"""Ringtones that phones fetch: sound files that administrators upload, made what phones play."""

from __future__ import annotations

import io
import wave
from typing import Final

from engage.dialplan.custom_prompts import CustomPromptForm, CustomPrompts
from pbxcore.prompts.conversion import RATE, decoded

LARGEST_FILE: Final = 500 * 1024
LONGEST_S: Final = 15.0
"""Phones take no more than `LARGEST_FILE`, which are so many seconds."""


class RingtoneForm(CustomPromptForm):
    """What a ringtone is called; its sound is a file of its own."""


class Ringtones(CustomPrompts):
    """Ringtones, as phones play them: WAV, mono, 16 bits; what is longer is cut off."""

    ending = ".wav"
    media_type = "audio/wav"
    largest = LARGEST_FILE

    def convert(self, data: bytes) -> bytes:
        """The file that phones fetch."""
        samples = decoded(data, LONGEST_S)[: round(LONGEST_S * RATE)]
        out = io.BytesIO()
        with wave.open(out, "wb") as written:
            written.setnchannels(1)
            written.setsampwidth(2)
            written.setframerate(RATE)
            written.writeframes(samples.tobytes())
        return out.getvalue()
