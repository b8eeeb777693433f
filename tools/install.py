"""Make `.venv` and install Engage into it; quick when nothing changed. Standard library only.

Works where `ensurepip` is missing (a minimal Debian has neither `python3 -m pip` nor a working
`python3 -m venv`): pip then comes from the package index as a wheel whose checksum is compared, and
installs itself.
"""

from __future__ import annotations

import argparse
import configparser
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
STAMP = ENVIRONMENT / "engage-install.json"
INPUTS = ("pyproject.toml", "constraints.txt", "hatch_build.py")
FRONT_END = ("widgets", "locales")
FRONT_END_ENDINGS = {".ts", ".tsx", ".css", ".json", ".mjs", ".svg", ".po", ".html"}
NOT_INPUTS = {"node_modules", "__pycache__"}


def inputs() -> Iterator[Path]:
    """Every file whose change asks for a new installation."""
    yield from (ROOT / name for name in INPUTS if (ROOT / name).exists())
    for folder in FRONT_END:
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT).parts
            if path.suffix in FRONT_END_ENDINGS and not NOT_INPUTS.intersection(inside):
                yield path


def fingerprint() -> str:
    """One hash over all inputs and the interpreter."""
    digest = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for path in inputs():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def installed() -> dict[str, list[str] | str]:
    """What the last installation wrote down; empty when there was none."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def package_index() -> str:
    """The index pip would use: environment, then its configuration files, then PyPI."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    places = [
        Path("/etc/pip.conf"),
        Path.home() / ".pip/pip.conf",
        Path.home() / ".config/pip/pip.conf",
    ]
    if named := os.environ.get("PIP_CONFIG_FILE"):
        places.append(Path(named))
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(places)
    return parser.get("global", "index-url", fallback="https://pypi.org/simple")


def newest_pip(index: str) -> tuple[str, str, str]:
    """Address, file name and sha256 of the newest pip wheel (PEP 691)."""
    base = index.rstrip("/") + "/pip/"
    request = urllib.request.Request(
        base, headers={"Accept": "application/vnd.pypi.simple.v1+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        files = json.load(answer)["files"]
    wheels = [
        (tuple(int(part) for part in found[1].split(".")), each)
        for each in files
        if not each.get("yanked")
        and (found := re.fullmatch(r"pip-(\d+(?:\.\d+)+)-py3-none-any\.whl", each["filename"]))
    ]
    newest = max(wheels, key=lambda wheel: wheel[0])[1]
    return urllib.parse.urljoin(base, newest["url"]), newest["filename"], newest["hashes"]["sha256"]


def install_pip_from_index() -> None:
    """Fetch pip's wheel, compare its checksum and let it install itself into the environment."""
    url, name, expected = newest_pip(package_index())
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / name
        with urllib.request.urlopen(url, timeout=120) as answer:
            wheel.write_bytes(answer.read())
        actual = hashlib.sha256(wheel.read_bytes()).hexdigest()
        if actual != expected:
            sys.exit(f"pip's wheel has checksum {actual}, the index names {expected}: not used.")
        subprocess.run(
            [str(PYTHON), f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)],
            check=True,
        )


def made_by_this_python() -> bool:
    """Whether `.venv` runs the interpreter that runs this."""
    try:
        lines = (ENVIRONMENT / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return False
    homes = [
        value.strip()
        for name, _, value in (each.partition("=") for each in lines)
        if name.strip() == "home"
    ]
    base = Path(getattr(sys, "_base_executable", sys.executable))
    return [Path(each).resolve() for each in homes] == [base.parent.resolve()]


def make_environment() -> None:
    """Create `.venv` with pip in it, or leave a working one of this interpreter alone."""
    if (
        PYTHON.exists()
        and made_by_this_python()
        and subprocess.run(
            [str(PYTHON), "-m", "pip", "--version"], check=False, capture_output=True
        ).returncode
        == 0
    ):
        return
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    with_pip = importlib.util.find_spec("ensurepip") is not None
    venv.EnvBuilder(with_pip=with_pip, symlinks=True).create(ENVIRONMENT)
    if not with_pip:
        install_pip_from_index()


def install(extras: set[str]) -> None:
    """Install the package as editable, with the versions of constraints.txt."""
    wanted = fingerprint()
    before = installed()
    extras = extras.union(before.get("extras", ()))
    if before.get("inputs") == wanted and extras.issubset(before.get("extras", ())):
        return
    make_environment()
    named = "." + (f"[{','.join(sorted(extras))}]" if extras else "")
    print(f"Installing Engage{named[1:]} into {ENVIRONMENT} …", flush=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-warn-script-location", "--root-user-action=ignore"]
    command += ["-c", "constraints.txt", "-e", named]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        sys.exit("Installing failed; the lines above say why. Nothing else was changed.")
    # pip compiles what it copies alone; a start would compile the rest, again and again where
    # Python is told to write no bytecode.
    subprocess.run(
        [str(PYTHON), "-m", "compileall", "-q", "engage", "pbxcore"], cwd=ROOT, check=False
    )
    STAMP.write_text(json.dumps({"inputs": wanted, "extras": sorted(extras)}))


def main() -> None:
    """Read the extras to install and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--extra", action="append", default=[], help="an extra of pyproject.toml")
    install(set(parser.parse_args().extra))


if __name__ == "__main__":
    main()
