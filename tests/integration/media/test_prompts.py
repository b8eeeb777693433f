"""Sound files of prompts: those we ship can be heard, and others can be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from pbxcore.media.goertzel import share
from pbxcore.media.samples import level_db
from pbxcore.prompts.catalogue import ENGLISH, LANGUAGES
from pbxcore.prompts.rendering import NoSynthesiser, render
from pbxcore.prompts.sounds import Prompts
from tests.support.tone import write_tone

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.media.samples import Samples


def decoded(path: Path) -> Samples:
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        frames = [*container.decode(audio=0), None]
        parts = [each.to_ndarray()[0] for one in frames for each in resampler.resample(one)]
    return np.concatenate(parts)


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_is_shipped_is_a_voice_that_begins_at_once(code: str) -> None:
    prompts = Prompts()
    for fragment in LANGUAGES[code].texts:
        path = prompts.find(code, fragment)
        assert path is not None
        assert path.parent.name == code
        sound = decoded(path)
        assert 0.1 < len(sound) / 16_000 < 30, path
        assert level_db(sound[:4800]) > -40, path


class OneSentence:
    code, voice = "en", "en-us"
    texts = {"goodbye": "Goodbye."}  # noqa: RUF012


def test_a_language_is_rendered_by_espeak_ng(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoSynthesiser):
        render(ENGLISH, tmp_path / "en")
    tone = write_tone(tmp_path / "tone.wav", 500, seconds=1, rate=22_050)
    speaker = tmp_path / "espeak-ng"
    speaker.write_text(f"#!/bin/sh\n/bin/cat >/dev/null\n/bin/cat {tone}\n")
    speaker.chmod(0o755)
    assert render(OneSentence(), tmp_path / "en") == 1
    sound = decoded(tmp_path / "en" / "goodbye.ogg")
    assert share(sound[1600:14_000], 500, 16_000) > 0.9
