"""One's own settings: kept for every device, told to one's other windows."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from engage.people.call_forms import OwnCallFields
from engage.people.choices import OF_USERS
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


async def test_users_choose_from_what_their_own_form_names_and_nothing_else(
    tmp_path: Path,
) -> None:
    schema = json.dumps(OwnCallFields.model_json_schema())
    assert {*re.findall(r'"/v1/choices/([a-z-]+)"', schema)} == OF_USERS
    async with support.site(tmp_path) as site:
        token = await site.sign_in("1000")
        for kind in OF_USERS:
            assert (await site.json("GET", f"/v1/choices/{kind}", token=token))[0] == 200
        _, music = await site.json("GET", "/v1/choices/music-classes", token=token)
        chosen = {"follow_me_music": music["items"][0]["id"]}
        status, told = await site.json("PATCH", "/v1/me/call-settings", chosen, token=token)
        assert (status, told["follow_me_music"]) == (200, chosen["follow_me_music"])
        for kind, status in ("extensions", 403), ("trunks", 403), ("nothing", 404):
            assert (await site.json("GET", f"/v1/choices/{kind}", token=token))[0] == status


@pytest.mark.parametrize("user", ["admin"])
async def test_administrators_have_none(tmp_path: Path, user: str) -> None:
    async with support.site(tmp_path) as site:
        token = await site.sign_in(user, "Demo-admin!")
        status, _ = await site.json("GET", PATH, token=token)
        assert status == 403
