"""`tools/find-python.sh` chooses the interpreter of `./run` and `./test`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

FIND = Path(__file__).parents[3] / "tools" / "find-python.sh"
OPTIMISED = "#!/bin/sh\nexit 0\n"
SLOW = '#!/bin/sh\ncase "$2" in *CONFIG_ARGS*) exit 1;; esac\n'
OLD = "#!/bin/sh\nexit 1\n"


def found(folder: Path, interpreters: dict[str, str], chosen: str = "") -> str:
    """What it prints where these interpreters come first in the path."""
    for name, script in interpreters.items():
        (folder / name).write_text(script)
        (folder / name).chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "PYTHON": chosen}
    asked = subprocess.run(["/bin/sh", FIND], env=environment, check=True, capture_output=True)
    return asked.stdout.decode().strip()


def test_the_first_is_taken_if_it_is_optimised(tmp_path: Path) -> None:
    assert found(tmp_path, {"python3": OPTIMISED, "python3.14": OPTIMISED}) == "python3"


def test_an_optimised_one_is_preferred(tmp_path: Path) -> None:
    chosen = found(tmp_path, {"python3": SLOW, "python3.14": OPTIMISED})
    assert chosen in {"/usr/bin/python3", "python3.14"}  # of these, what this machine has


def test_one_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    assert found(tmp_path, {"python3": OLD, "python3.14": OPTIMISED}) != "python3"


def test_the_one_that_was_named_is_taken(tmp_path: Path) -> None:
    named = str(tmp_path / "python3.13")
    assert found(tmp_path, {"python3": OPTIMISED, "python3.13": SLOW}, named) == named
