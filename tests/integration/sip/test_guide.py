"""The programs of `docs/guide/sip.md` run, and print what the page says."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.integration.sip.conftest import House

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(
    r"^```(python|text) (\w+)\n(.*?)^```$",
    (ROOT / "docs/guide/sip.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
PROGRAMS = {name: text for kind, name, text in BLOCKS if kind == "python"}
PRINTED = {name: text for kind, name, text in BLOCKS if kind == "text"}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.timeout(60)
async def test_program_prints_what_the_page_says(name: str, house: House) -> None:
    program = PROGRAMS[name].replace(":5060", f":{house.port}")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    assert printed.decode() == PRINTED[name]


def test_a_phone_takes_twenty_lines() -> None:
    body = PROGRAMS["phone"].partition("async def")[2]
    assert sum(bool(line.strip()) for line in body.splitlines()) <= 20
