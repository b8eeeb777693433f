"""Files as pages and programs bring and fetch them."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import pictures
from tests.support.bringing import fetch, patch, upload

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
MEGABYTE = 1024 * 1024


async def talk(site: Site) -> tuple[str, str, str]:
    """A visitor's token, that of the agent who serves them, their conversation."""
    visitor, conversation = await site.visitor()
    agent = await site.sign_in("1000")
    async with site.socket("/wave", agent) as client:
        answer = await client.call("accept", {"conversation": conversation}, namespace="/wave")
        assert answer["ok"], answer
    return visitor, agent, conversation


async def say(site: Site, token: str, conversation: str, file_id: str) -> dict[str, Any]:
    """Say a file; its event as the writer reads it."""
    path = f"/v1/conversations/{conversation}/events"
    body = {"client_id": f"c-{file_id}", "file": file_id}
    status, told = await site.json("POST", path, body, token=token)
    assert status == 201, told
    _, page = await site.json("GET", f"{path}?after={told['seq'] - 1}", token=token)
    return dict(page["events"][0])


async def change(site: Site, **values: Any) -> tuple[int, dict[str, Any]]:
    """Change the IM settings as the administrator."""
    admin = await site.sign_in("admin", "Demo-admin!")
    return await site.json("PATCH", "/v1/settings/im_settings", {"values": values}, token=admin)


async def test_a_photo_of_10_mb_loses_its_place_and_nothing_else(site: Site) -> None:
    visitor, agent, conversation = await talk(site)
    data = pictures.photo(4400, 3300, quality=95)
    assert len(data) > 9 * MEGABYTE
    assert pictures.opened(data).getexif().get_ifd(0x8825)
    body = {"name": "photo.jpg", "size": len(data)}
    _, told = await site.json("POST", "/v1/files", body, token=visitor)
    for offset in range(0, len(data), MEGABYTE):
        piece = data[offset : offset + MEGABYTE]
        status, told = await patch(site, visitor, told["id"], offset, piece)
        assert (status, told["offset"]) == (200, offset + len(piece))
    event = await say(site, visitor, conversation, told["id"])
    assert event["file"] == {
        "id": told["id"],
        "name": "photo.jpg",
        "size": told["size"],
        "type": "image/jpeg",
        "width": 3300,
        "height": 4400,
        "thumb": True,
    }
    _, seen = await site.json("GET", f"/v1/files/{told['id']}", token=agent)
    for address in (seen["url"], seen["thumb_url"], seen["preview_url"]):
        found, headers = await fetch(site, address)
        picture = pictures.opened(found)
        assert not picture.getexif()
        assert "comment" not in picture.info
        assert pictures.PLACE.encode() not in found
        assert b"Acme" not in found
        assert b"Exif" not in found
        red, green, _ = picture.convert("RGB").getpixel((picture.width // 4, picture.height // 4))
        assert red > 150 > 100 > green  # upright: the red quarter is where it was seen
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
    assert picture.size == (960, 1280)


@pytest.mark.parametrize(
    ("name", "format_name", "saved"),
    [
        ("photo.jpg", "JPEG", "photo.jpg"),
        ("a.b.png", "PNG", "a.b.png"),
        ("", "PNG", "image.png"),
        ("", "JPEG", "image.jpg"),
        ("دراسة 1.gif", "GIF", "دراسة 1.gif"),
    ],
)
async def test_pictures_keep_their_extension(
    site: Site, name: str, format_name: str, saved: str
) -> None:
    token = await site.sign_in("1000")
    told = await upload(site, token, pictures.drawing(format_name), name)
    assert told["name"] == saved
    _, headers = await fetch(site, told["url"])
    disposition = headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    if saved.isascii():
        assert disposition == f'attachment; filename="{saved}"'
    else:
        assert "filename*=UTF-8''%D8%AF" in disposition
        assert disposition.endswith(".gif")


async def test_the_limit_of_the_settings_is_exact_and_named(site: Site) -> None:
    token = await site.sign_in("1000")
    status, told = await change(site, max_file_size_mb=1)
    assert status == 200, told
    assert told["schema"]["properties"]["max_file_size_mb"]["title"] == "Max File Size Upload (MB)"
    try:
        told = await upload(site, token, b"x" * MEGABYTE, "exact.bin")
        assert told["state"] == "stored"
        told = await upload(site, token, b"x" * (MEGABYTE + 1), "over.bin", expect=413)
        assert told["error"]["code"] == "too_large"
        assert told["error"]["limit"] == MEGABYTE
        assert "1 MB" in told["error"]["message"]
    finally:
        await change(site, max_file_size_mb=50)


async def test_with_cloud_im_the_size_is_read_only_and_says_why(site: Site) -> None:
    _, told = await change(site, server="cloud")
    try:
        assert told["read_only"] == {"max_file_size_mb": "With Cloud IM this is set in the cloud."}
        status, told = await change(site, max_file_size_mb=3)
        assert status == 422
        assert "max_file_size_mb" in told["error"]["fields"]
    finally:
        status, _ = await change(site, server="local")
        assert status == 200


async def test_a_live_chat_narrows_what_its_visitors_send(site: Site) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    _, listed = await site.json("GET", "/v1/livechats", token=admin)
    path = f"/v1/livechats/{listed['items'][0]['id']}"
    visitor, agent, _ = await talk(site)
    told: dict[str, Any]
    try:
        for allowed in ({"file_upload": "images"}, {"file_upload": "none"}):
            status, told = await site.json("PATCH", path, allowed, token=admin)
            assert status == 200, told
            _, page = await site.json("GET", "/v1/livechat/demo")
            assert page["file_upload"] == allowed["file_upload"]
            images = allowed["file_upload"] == "images"
            expected = 200 if images else 403
            told = await upload(site, visitor, pictures.drawing(), "a.png", expect=expected)
            expected = 415 if images else 403
            told = await upload(site, visitor, b"Hello", "a.txt", expect=expected)
            assert told["error"]["code"] == ("kind_refused" if images else "files_forbidden")
            await upload(site, agent, b"Hello", "a.txt")
        allowed = {"file_upload": "all", "max_file_size_mb": 1}
        await site.json("PATCH", path, allowed, token=admin)
        told = await upload(site, visitor, b"x" * (MEGABYTE + 1), "a.txt", expect=413)
        assert told["error"]["limit_mb"] == "1"
    finally:
        usual = {"file_upload": "all", "max_file_size_mb": None}
        await site.json("PATCH", path, usual, token=admin)


@pytest.mark.parametrize("value", [0, 1025, "many", None, 1.5])
async def test_a_limit_that_makes_no_sense_is_refused_at_its_field(site: Site, value: Any) -> None:
    status, told = await change(site, max_file_size_mb=value)
    assert status == 422
    assert told["error"]["fields"].keys() == {"max_file_size_mb"}


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"MZ\x90\x00" + bytes(200), "photo.jpg", "type_refused"),
        (b"\x7fELF" + bytes(200), "report.pdf", "type_refused"),
        (b"<html><script>alert(1)</script>", "notes.txt", "type_refused"),
        (b"<svg onload='alert(1)'/>", "logo.png", "type_refused"),
        (b"%PDF-1.7\n\x00", "photo.jpg", "disguised"),
        (pictures.drawing("PNG")[:60], "broken.png", "picture_broken"),
        (pictures.bomb(), "bomb.png", "picture_too_big"),
        (pictures.moving("GIF", 1001), "endless.gif", "picture_too_big"),
        (pictures.drawing("TIFF"), "scan.tif", "picture_refused"),
    ],
)
async def test_disguised_and_dangerous_files_are_refused(
    site: Site, data: bytes, name: str, code: str
) -> None:
    token = await site.sign_in("1000")
    told = await upload(site, token, data, name, expect=415)
    assert told["error"]["code"] == code
    assert told["error"]["message"]


async def test_what_runs_by_its_name_is_refused_before_anything_is_sent(site: Site) -> None:
    token = await site.sign_in("1000")
    for name in ("a.exe", "photo\u202egpj.exe", "../../x.jpg.bat", "a.exe. ."):
        body = {"name": name, "size": 10}
        status, told = await site.json("POST", "/v1/files", body, token=token)
        assert (status, told["error"]["code"]) == (415, "type_refused")


async def test_zip_bombs_stay_packed(site: Site) -> None:
    token = await site.sign_in("1000")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", bytes(50 * MEGABYTE))
    told = await upload(site, token, file.getvalue(), "bomb.zip")
    assert (told["type"], told["size"]) == ("application/zip", len(file.getvalue()))
    found, headers = await fetch(site, told["url"])
    assert found == file.getvalue()
    assert headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("format_name", ["GIF", "WEBP", "PNG"])
async def test_animations_keep_moving(site: Site, format_name: str) -> None:
    token = await site.sign_in("1000")
    told = await upload(site, token, pictures.moving(format_name), f"a.{format_name.lower()}")
    frames = []
    for address in (told["url"], told["preview_url"], told["thumb_url"]):
        found, _ = await fetch(site, address)
        frames.append(getattr(pictures.opened(found), "n_frames", 1))
    assert frames == [3, 3, 1]


async def test_addresses_need_no_session_and_end(site: Site) -> None:
    token = await site.sign_in("1000")
    told = await upload(site, token, b"Hello", "hello.txt")
    assert (await fetch(site, told["url"]))[0] == b"Hello"
    async with site.http.get(site.url + told["url"], headers={"range": "bytes=1-3"}) as response:
        assert (response.status, await response.read()) == (206, b"ell")
    for wrong in (
        re.sub("seal=(.)", lambda found: "seal=" + "AB"[found[1] == "A"], told["url"]),
        told["url"].replace("/file?", "/thumb?"),
        told["url"].partition("?")[0],
        f"/files/{told['id']}/%2e%2e?until=1&seal=x",
    ):
        async with site.http.get(site.url + wrong) as response:
            assert response.status == 404
    site.clock.offset_ms = 11 * 60_000
    try:
        async with site.http.get(site.url + told["url"]) as response:
            assert response.status == 404
    finally:
        site.clock.offset_ms = 0


async def test_head_tells_how_far_an_upload_has_come(site: Site) -> None:
    token = await site.sign_in("1000")
    _, told = await site.json("POST", "/v1/files", {"name": "a.txt", "size": 10}, token=token)
    await patch(site, token, told["id"], 0, b"0123")
    headers = {"authorization": f"Bearer {token}"}
    async with site.http.head(f"{site.url}/v1/files/{told['id']}", headers=headers) as response:
        assert response.status == 200
        assert response.headers["upload-offset"] == "4"
        assert response.headers["upload-length"] == "10"
    status, told = await patch(site, token, told["id"], 9, b"x")
    assert (status, told["error"]["code"], told["error"]["offset"]) == (409, "wrong_offset", 4)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a"}, "size"),
        ({"name": "a", "size": -1}, "size"),
        ({"name": "a", "size": 0}, "size"),
        ({"name": "a", "size": "5"}, "size"),
        ({"name": "a", "size": 2**60}, "size"),
        ({"name": "a" * 1001, "size": 1}, "name"),
        ({"name": "a\u0000b", "size": 1}, "name"),
        ({"name": "a", "size": 1, "owner": "user:1001"}, "owner"),
        ({"name": "a", "size": 1, "client_id": ""}, "client_id"),
    ],
)
async def test_what_is_announced_badly_is_told_by_field(
    site: Site, body: dict[str, Any], field: str
) -> None:
    token = await site.sign_in("1000")
    status, told = await site.json("POST", "/v1/files", body, token=token)
    assert status == 422
    assert told["error"]["fields"].keys() == {field}


@pytest.mark.parametrize("offset", ["", "-1", "x", "1e3", "٣", "9" * 30])
async def test_an_offset_is_a_number(site: Site, offset: str) -> None:
    token = await site.sign_in("1000")
    _, told = await site.json("POST", "/v1/files", {"name": "a.txt", "size": 10}, token=token)
    headers = {"upload-offset": offset} if offset else {}
    status, told = await site.json(
        "PATCH", f"/v1/files/{told['id']}", token=token, headers=headers, data=b"x"
    )
    assert status == 422
    assert told["error"]["fields"].keys() == {"Upload-Offset"}


async def test_other_bodies_stay_as_small_as_they_were(site: Site) -> None:
    token = await site.sign_in("1000")
    body = {"name": "x" * 100_000, "size": 1}
    status, told = await site.json("POST", "/v1/files", body, token=token)
    assert (status, told["error"]["limit"]) == (413, 64 * 1024)


async def test_a_file_and_words_are_two_messages(site: Site) -> None:
    visitor, conversation = await site.visitor()
    path = f"/v1/conversations/{conversation}/events"
    for body in ({"client_id": "a"}, {"client_id": "a", "text": "x", "file": "y"}):
        status, told = await site.json("POST", path, body, token=visitor)
        assert (status, list(told["error"]["fields"])) == (422, ["text"])
    body = {"client_id": "a", "file": "no-such-file"}
    status, _ = await site.json("POST", path, body, token=visitor)
    assert status == 404


async def test_files_travel_by_socket_to_everybody_in_the_conversation(site: Site) -> None:
    visitor, agent, conversation = await talk(site)
    told = await upload(site, visitor, b"Hello", "hello.txt")
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    async with site.socket("/wave", agent) as wave, site.socket("/visitor", visitor) as page:
        wave.on("event", heard.put_nowait, namespace="/wave")
        send = {"conversation": conversation, "client_id": "f1", "file": told["id"]}
        ack = await page.call("send", send, namespace="/visitor")
        assert ack["ok"], ack
        event = await asyncio.wait_for(heard.get(), 5)
        assert (event["kind"], event["file"]["name"]) == ("file", "hello.txt")
        foreign = await upload(site, agent, b"Hi", "hi.txt")
        send = {"conversation": conversation, "client_id": "f2", "file": foreign["id"]}
        ack = await page.call("send", send, namespace="/visitor")
        assert ack["error"]["code"] == "not_found"
    status, _ = await site.json(
        "GET", f"/v1/files/{told['id']}", token=(await site.visitor("Otto"))[0]
    )
    assert status == 404
