"""Phones that are keyed as browsers are, without a browser around them (RFC 5763): baresip."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.support.baresip import Baresip
from tests.support.tone import hears, says

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server

MODULE = "module dtls_srtp.so\n"
_ACCOUNTS = {True: ";mediaenc=dtls_srtp", False: ""}


@pytest.mark.parametrize("called", [False, True])
async def test_a_phone_with_keys_by_dtls_and_one_in_clear(
    server: Server, tmp_path: Path, called: bool
) -> None:
    folders = tmp_path / "1000", tmp_path / "1001"
    with (
        Baresip(
            folders[0], server, "1000", "udp",
            account=_ACCOUNTS[not called], config=MODULE + says(folders[0], 440),
        ) as caller,
        Baresip(
            folders[1], server, "1001", "udp",
            account=_ACCOUNTS[called] + ";answermode=auto", config=MODULE + says(folders[1], 1000),
        ) as callee,
    ):  # fmt: skip
        for each in caller, callee:
            await asyncio.to_thread(each.shows, "registered successfully")
        caller.enters(f"/dial sip:1001@127.0.0.1:{server.sip_port}")
        await asyncio.to_thread(caller.shows, "Call established")
        await asyncio.gather(
            asyncio.to_thread(hears, folders[0], 1000), asyncio.to_thread(hears, folders[1], 440)
        )
        keyed, clear = (callee, caller) if called else (caller, callee)
        assert "DTLS-SRTP complete" in keyed.printed
        assert "DTLS" not in clear.printed
        caller.enters("/hangup")
        await asyncio.to_thread(callee.shows, "session closed")
