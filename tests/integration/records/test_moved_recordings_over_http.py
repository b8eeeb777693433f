"""Recordings on external storage: tested, moved, listed, heard, and fetched by programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.records.conftest import FILE, SOUND
from tests.integration.records.test_records_over_the_https_api import NAME, Api, api
from tests.support.messaging import eventually

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.records.conftest import Office

__all__ = ["api"]

pytestmark = pytest.mark.asyncio(loop_scope="module")
TEST = "/v1/recordings/storage-test"


async def set_storage(office: Office, **values: object) -> int:
    path = "/v1/settings/recording_storage"
    status, _ = await office.site.json("PATCH", path, {"values": values}, token=office.admin)
    return status


async def test_a_folder_is_tried_before_it_is_used(office: Office, tmp_path: Path) -> None:
    for folder, works in ((str(tmp_path), True), (str(tmp_path / "absent"), False)):
        status, body = await office.site.json("POST", TEST, {"folder": folder}, token=office.admin)
        assert (status, body["works"]) == (200, works)
        assert bool(body["message"]) is not works
        assert bool(body["free_bytes"]) is works
    status, _ = await office.site.json("POST", TEST, {"folder": "relative"}, token=office.admin)
    assert status == 422
    assert await set_storage(office, external=True, folder="relative") == 422


async def test_neither_our_own_folder_nor_none_is_taken(office: Office) -> None:
    ours = str(office.data / "recordings")
    for folder in (ours, f"{ours}/monitor", str(office.data)):
        status, _ = await office.site.json("POST", TEST, {"folder": folder}, token=office.admin)
        assert status == 422, folder
        assert await set_storage(office, external=True, folder=folder) == 422, folder
    assert await set_storage(office, external=True, folder="") == 422


async def test_what_was_moved_is_listed_heard_and_fetched(
    office: Office, api: Api, tmp_path: Path
) -> None:
    empty = (await api.raw(action="recapi", path_type="netdisk"))[1].decode().splitlines()
    assert empty[1:] == ["Directory,Filename,uniqueCode"]
    assert await set_storage(office, external=True, folder=str(tmp_path)) == 200
    await eventually((tmp_path / FILE).is_file)

    async def moved() -> bool:
        _, body = await office.site.json("GET", "/v1/recordings", token=office.admin)
        return bool(body["items"][0]["storage"] == "netdisk")

    await eventually(moved)
    url = f"{office.site.url}/v1/recordings/rec-1/sound"
    headers = {"authorization": f"Bearer {office.admin}", "range": "bytes=0-99"}
    async with office.site.http.get(url, headers=headers) as response:
        assert (response.status, await response.read()) == (206, SOUND[:100])
    kind, body = await api.raw(action="recapi", path_type="netdisk", filedir="monitor")
    lines = body.decode().splitlines()
    assert set(lines[0]) == {"-"}
    assert lines[1:] == ["Directory,Filename,uniqueCode", f"monitor,{NAME},"]
    for asked in ({"path_type": "netdisk"}, {}):
        kind, body = await api.raw(action="recapi", filename=NAME, **asked)
        assert (kind, body) == ("audio/x-wav", SOUND)
    absent = await api.ask(action="recapi", path_type="netdisk", filename="absent.wav")
    assert absent[0] == -16
    assert (await api.ask(action="recapi", path_type="gdms", filename=NAME))[0] == -16
    _, log = await office.site.json("GET", "/v1/operations?limit=50", token=office.admin)
    told = next(each for each in log["items"] if each["action"] == "recording.switch_storage")
    assert told["detail"]["to"] == str(tmp_path)
