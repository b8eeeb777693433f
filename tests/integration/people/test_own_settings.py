"""One's own settings: kept for every device, told to one's other windows."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import site as support

if TYPE_CHECKING:
    from pathlib import Path

PATH = "/v1/me/settings"


async def test_settings_are_kept_and_told_to_ones_other_windows(tmp_path: Path) -> None:
    async with support.site(tmp_path) as site:
        token, colleague = await site.sign_in("1000"), await site.sign_in("1001")
        status, usual = await site.json("GET", PATH, token=token)
        assert status == 200
        assert usual.pop("languages")[0] == "en"
        assert usual == {
            "language": "",
            "sound": True,
            "desktop": True,
            "theme": "auto",
            "enter_sends": True,
            "time_format": "auto",
        }
        heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        async with site.socket("/wave", token) as client:
            client.on("settings", heard.put, namespace="/wave")
            change = {"theme": "dark", "sound": False, "language": "ar", "time_format": "24"}
            status, changed = await site.json("PATCH", PATH, change, token=token)
            assert status == 200
            told = await asyncio.wait_for(heard.get(), 5)
        assert told == {**usual, **change}
        assert {name: changed[name] for name in told} == told
        await site.json("PATCH", PATH, {"enter_sends": False}, token=token)
        _, now = await site.json("GET", PATH, token=token)
        assert (now["theme"], now["enter_sends"], now["language"]) == ("dark", False, "ar")
        _, me = await site.json("GET", "/v1/me", token=token)
        assert me["user"]["language"] == "ar"
        _, theirs = await site.json("GET", PATH, token=colleague)
        assert theirs["theme"] == "auto"
        for wrong in ({"theme": "pink"}, {"language": "xx"}, {"sound": "yes"}, {"who": "1001"}):
            status, _ = await site.json("PATCH", PATH, wrong, token=token)
            assert status == 422, wrong


@pytest.mark.parametrize("user", ["admin"])
async def test_administrators_have_none(tmp_path: Path, user: str) -> None:
    async with support.site(tmp_path) as site:
        token = await site.sign_in(user, "Demo-admin!")
        status, _ = await site.json("GET", PATH, token=token)
        assert status == 403
