"""Makes sound files of a language's texts, by espeak-ng, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from pbxcore.errors import PbxError
from pbxcore.prompts.conversion import RATE, decoded, encoded
from pbxcore.prompts.sounds import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pbxcore.media.samples import Samples
    from pbxcore.prompts.language import Language

_WORDS_PER_MINUTE: Final = "155"
_QUIET: Final = 300
_EDGE: Final = RATE // 50
"""What is left of silence at both ends, for fragments to follow each other as words do."""
_LOUDEST: Final = 20_000


class NoSynthesiser(PbxError):
    """espeak-ng is not installed, or does not know the language."""


def render(language: Language, folder: Path, told: Callable[[str], None] | None = None) -> int:
    """Write every text of a language into `folder`; how many there were.

    Raises:
        NoSynthesiser: nobody is there who could speak.
    """
    program = shutil.which("espeak-ng")
    if program is None:
        raise NoSynthesiser("espeak-ng is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    for fragment, text in language.texts.items():
        if told is not None:
            told(fragment)
        (folder / f"{fragment}{ENDING}").write_bytes(encoded(_spoken(program, language, text)))
    return len(language.texts)


def _spoken(program: str, language: Language, text: str) -> Samples:
    command = [program, "-v", language.voice, "-s", _WORDS_PER_MINUTE, "--stdin", "--stdout"]
    # Without a shell, and every word of it is ours.
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)  # noqa: S603
    if done.returncode or not done.stdout:
        raise NoSynthesiser(done.stderr.decode(errors="replace").strip())
    return _trimmed(decoded(done.stdout))


def _trimmed(samples: Samples) -> Samples:
    """Without the silence around it, and all equally loud."""
    import numpy as np

    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not len(loud):
        return samples
    begin, end = max(loud[0] - _EDGE, 0), loud[-1] + _EDGE
    trimmed = samples[begin:end].astype(np.float32)
    scaled: Samples = (trimmed * (_LOUDEST / np.abs(trimmed).max())).astype(np.int16)
    return scaled
