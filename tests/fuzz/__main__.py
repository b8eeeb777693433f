"""Fuzzes one target with atheris; what comes after its name goes to libFuzzer."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

from tests.fuzz.seeds import seeds

with atheris.instrument_imports(include=["pbxcore"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Begin with the seeds and go on until time is up or a fault is found."""
    names = [each for each in sys.argv[1:2] if each in TARGETS]
    if not names:
        sys.exit(f"usage: python -m tests.fuzz {{{','.join(TARGETS)}}} [libFuzzer options]")
    (name,) = names
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds(name)):
            (Path(corpus) / f"{number:03}").write_bytes(seed)
        atheris.Setup([sys.argv[0], corpus, *sys.argv[2:]], TARGETS[name])
        atheris.Fuzz()


main()
