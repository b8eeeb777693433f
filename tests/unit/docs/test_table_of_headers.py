"""The guide's table of headers names what there is to read them with, and leaves no reader out."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from pbxcore.sip import headers

GUIDE = (Path(__file__).parents[3] / "docs/guide/sip.md").read_text(encoding="utf-8")
SECTION = GUIDE.partition("## Headers as values\n")[2].partition("\n## ")[0]
ROWS = re.findall(r"^\| ([A-Z][^|`]+) \| `([\w.]+)` \| ([^|]+) \|$", SECTION, re.MULTILINE)
OF_RFC_3261 = (
    "Accept Accept-Encoding Accept-Language Alert-Info Allow Authentication-Info Authorization"
    " Call-ID Call-Info Contact Content-Disposition Content-Encoding Content-Language"
    " Content-Length Content-Type CSeq Date Error-Info Expires From In-Reply-To Max-Forwards"
    " Min-Expires MIME-Version Organization Priority Proxy-Authenticate Proxy-Authorization"
    " Proxy-Require Record-Route Reply-To Require Retry-After Route Server Subject Supported"
    " Timestamp To Unsupported User-Agent Via Warning WWW-Authenticate"
)
"""All of its §20."""


def full(name: str) -> str:
    return name if name.startswith("pbxcore.") else f"pbxcore.sip.{name}"


def readers() -> set[str]:
    """All public `read_…` of the headers' modules."""
    modules = [
        importlib.import_module(each.name)
        for each in pkgutil.iter_modules(headers.__path__, f"{headers.__name__}.")
    ]
    return {
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if name.startswith("read_") and value.__module__ == module.__name__
    }


@pytest.mark.parametrize("name", [name for _, name, _ in ROWS])
def test_every_reader_named_is_there(name: str) -> None:
    module, _, function = full(name).rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_every_reader_is_named() -> None:
    assert readers() - {full(name) for _, name, _ in ROWS} == set()


def test_every_row_of_the_table_is_read() -> None:
    lines = [each for each in SECTION.splitlines() if each.startswith("| ")]
    assert len(ROWS) == len(lines) - 1  # the heading


def test_every_header_of_rfc_3261_is_in_the_table() -> None:
    named = {each for headers_, _, _ in ROWS for each in headers_.split(", ")}
    assert set(OF_RFC_3261.split()) - named == set()


def test_every_value_that_is_named_is_a_class_of_its_module() -> None:
    for _, name, gives in ROWS:
        module = importlib.import_module(full(name).rpartition(".")[0])
        for value in re.findall(r"`([A-Z]\w+)`", gives):
            assert inspect.isclass(getattr(module, value, None)), (name, value)
