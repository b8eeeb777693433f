"""Restarts and a PBX that does not answer: nothing is lost, nothing is forgiven."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from tests.support.phone import Phone
from tests.support.program import Program
from tests.support.server import Server
from tests.support.ucm import UcmClient
from tests.support.ucm_sample import PASSWORD, sample

if TYPE_CHECKING:
    from collections.abc import Iterator

import pytest

USER, SECRET = "steady", "Api-steady-2026!"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        admin = Program(running.url, "admin", "Demo-admin!")
        added = admin.post("/v1/api-users", {"user": USER, "password": SECRET})
        assert added.status == 201
        yield running


def client(server: Server) -> UcmClient:
    return UcmClient("127.0.0.1", server.https_port, USER, SECRET)


async def test_restart_keeps_extensions_and_lock_outs_and_ends_sessions(server: Server) -> None:
    api = client(server)
    assert api.login().status == 0
    assert api.ask("addSIPAccountAndUser", **sample("1099")).status == 0
    before = api.ask("getSIPAccount", extension="1099").response
    ids = [each["user_id"] for each in api.ask("listUser").response["user_id"]]
    for _ in range(5):
        locked = api.request({"action": "login", "user": "guessed", "token": "0" * 32})
    assert locked.status == -68
    server.restart()
    assert api.ask("getSystemStatus").status == -6
    locked = api.request({"action": "challenge", "user": "guessed"})
    assert (locked.status, locked.response["remain_time"] > 0) == (-68, True)
    assert api.login().status == 0
    assert api.ask("getSIPAccount", extension="1099").response == before
    assert [each["user_id"] for each in api.ask("listUser").response["user_id"]] == ids
    async with Phone("1099", PASSWORD, ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200


async def test_pbx_that_is_silent_is_waited_for_and_then_told_of(server: Server) -> None:
    api = client(server)
    assert api.login().status == 0
    pid = server.pid("pbx")
    os.kill(pid, signal.SIGSTOP)
    try:
        assert api.ask("addSIPAccountAndUser", **sample("1099")).status == 0
        silent = api.ask("applyChanges")
        assert (silent.http, silent.status) == (200, -8)
        assert silent.response["error_msg"]
        rows = api.ask("listAccount").response["account"]
        assert {each["status"] for each in rows} == {"Unavailable"}
    finally:
        os.kill(pid, signal.SIGCONT)
    assert api.ask("applyChanges").response == {"settings": "0"}
    async with Phone("1099", PASSWORD, ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200


async def test_pbx_that_was_killed_is_waited_for(server: Server) -> None:
    api = client(server)
    assert api.login().status == 0
    server.kill9("pbx")
    assert api.ask("addSIPAccountAndUser", **sample("1099")).status == 0
    assert api.ask("applyChanges").response == {"settings": "0"}
    async with Phone("1099", PASSWORD, ("127.0.0.1", server.sip_port)) as phone:
        assert await phone.register() == 200
