"""The files that start the server elsewhere name existing settings, never the demonstration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engage.settings import CHOICES, PREFIX

ROOT = Path(__file__).parents[3]
FILES = ("compose.yaml", "deploy/Dockerfile", "deploy/engage.service")


@pytest.mark.parametrize("name", FILES)
def test_every_variable_is_a_setting(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(rf"\b{PREFIX}([A-Z]+(?:_[A-Z]+)*)\b", text))
    assert {each.lower() for each in named} <= set(CHOICES)
    assert "demo" not in text.lower()


def test_the_service_waits_longer_than_the_server_drains() -> None:
    text = (ROOT / "deploy/engage.service").read_text(encoding="utf-8")
    waits = re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)
    assert waits is not None
    assert int(waits[1]) > 10
