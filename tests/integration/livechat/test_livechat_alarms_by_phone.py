"""A real phone rings because a visitor waits; who presses 1 has the chat."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.voicemail.test_voicemail_by_phone import hears_words
from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import Server, wait_until
from tests.support.tone import says

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORM = {"full_name": "Vera", "email": "vera@example.test", "phone": "12345", "consent": True}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


def alarm_by_phone(admin: Program, numbers: list[str]) -> None:
    [demo] = [x for x in admin.get("/v1/livechats").json()["items"] if x["public_id"] == "demo"]
    options = {"alarm_call_after_s": 1, "alarm_numbers": numbers, "version": demo["version"]}
    changed = admin.patch(f"/v1/livechats/{demo['id']}", options)
    assert changed.status == 200, changed.body


def ask(admin: Program) -> dict[str, Any]:
    started: dict[str, Any] = admin.post("/v1/livechat/demo/sessions", FORM).json()
    return started


def outcomes(summary: dict[str, Any]) -> list[str]:
    return [each["outcome"] for each in summary["events"] if each["kind"] == "alarm"]


def test_an_agent_answers_the_call_and_takes_the_chat(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    folders = tmp_path / "1001", tmp_path / "1000"
    with ExitStack() as stack:
        ben, ana = (
            stack.enter_context(
                Baresip(folder, server, folder.name, "udp", config=says(folder, 440))
            )
            for folder in folders
        )
        for phone in (ben, ana):
            phone.shows("registered successfully")
        alarm_by_phone(admin, ["1001", "1000"])
        chat = ask(admin)["conversation"]
        for phone in (ben, ana):
            phone.shows("Incoming call from: Demo")
        ben.enters("/accept")
        ben.shows("Call established")
        wait_until(lambda: hears_words(folders[0]), 10, "what is said")
        ben.enters("1")
        agent = Program(server.url, "1001", "Demo-1001!")

        def is_bens() -> bool:
            found = agent.get(f"/v1/conversations/{chat}")
            return found.status == 200 and found.json()["owner"]["id"] == "1001"

        wait_until(is_bens, 15, "the chat is the agent's")
        ana.shows("session closed")  # it need not ring any more
        ben.shows("session closed")
        summary = agent.get(f"/v1/conversations/{chat}").json()
        assert outcomes(summary) == ["told", "answered", "accepted"]
    agent.post(f"/v1/conversations/{chat}/end", {})
