"""The tables of the release notes' rows, of the RFCs and of phones name checks that are there."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ROWS = (ROOT / "docs/release-rows.md").read_text(encoding="utf-8")
PHONES = (ROOT / "docs/phones-together.md").read_text(encoding="utf-8")
RFCS = (ROOT / "docs/sip-conformance.md").read_text(encoding="utf-8")


@functools.cache
def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


@pytest.mark.parametrize("table", [ROWS, RFCS, PHONES], ids=["release notes", "RFCs", "phones"])
def test_every_check_named_is_a_test(table: str) -> None:
    named = re.findall(r"`(tests/[^`:]+)::(\w+)`", table)
    assert named
    missing = [each for each in named if each[1] not in functions_of(ROOT / each[0])]
    assert missing == []


def test_every_row_has_a_check() -> None:
    rows = re.findall(r"^\| ([EBLO]\d\d) \|.*$", ROWS, re.MULTILINE)
    assert len(rows) == len(set(rows)) >= 24
    assert all("`tests/" in line for line in ROWS.splitlines() if re.match(r"\| [EBLO]\d\d", line))


def test_every_rfc_row_has_a_check() -> None:
    rows = [line for line in RFCS.splitlines() if re.match(r"\| \d{4}", line)]
    assert rows
    assert all("`tests/" in line for line in rows)
