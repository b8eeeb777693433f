"""Logos and launcher icons: judged by content, served so that nothing in them runs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from PIL import Image

if TYPE_CHECKING:
    from tests.support.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script>'
    b'<path d="M0 0h9v9z"/></svg>'
)
BYTES = {"content-type": "application/octet-stream"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def admin(site: Site) -> str:
    return await site.sign_in("admin", "Demo-admin!")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def path(site: Site, admin: str) -> str:
    _, page = await site.json("GET", "/v1/livechats", token=admin)
    [demo] = [each for each in page["items"] if each["public_id"] == "demo"]
    return f"/v1/livechats/{demo['id']}/pictures"


async def put(site: Site, admin: str, path: str, data: bytes) -> tuple[int, dict[str, Any]]:
    return await site.json("POST", path, token=admin, data=data, headers=BYTES)


def png(size: tuple[int, int]) -> bytes:
    written = io.BytesIO()
    picture = Image.new("RGB", size, "#336699")
    picture.save(written, "PNG", pnginfo=None)
    return written.getvalue() + b"<script>alert(1)</script>"


async def test_a_drawing_loses_what_could_run_and_visitors_see_the_rest(
    site: Site, admin: str, path: str
) -> None:
    status, addresses = await put(site, admin, f"{path}/icon", HOSTILE)
    assert status == 200, addresses
    icon = addresses["icon"]["address"]
    async with site.http.get(site.url + icon) as answer:
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        shown = await answer.text()
    assert '<path d="M0 0h9v9z">' in shown
    assert "alert" not in shown
    async with site.http.get(f"{site.url}/livechat/demo/widget.js") as answer:
        assert icon in await answer.text()


async def test_a_logo_is_drawn_anew_shown_and_taken_away(site: Site, admin: str, path: str) -> None:
    status, addresses = await put(site, admin, f"{path}/logo", png((900, 300)))
    assert status == 200, addresses
    logo = addresses["logo"]["address"]
    async with site.http.get(site.url + logo) as answer:
        drawn = await answer.read()
        assert answer.headers["content-type"] == "image/webp"
    assert b"script" not in drawn
    assert Image.open(io.BytesIO(drawn)).size == (480, 160)
    assert (await site.json("GET", "/v1/livechat/demo"))[1]["logo"] == logo
    seen = (await site.json("GET", path, token=admin))[1]
    assert seen["logo"] == {"address": logo, "most_bytes": 200 * 1024}
    status, left = await site.json("DELETE", f"{path}/logo", token=admin)
    assert (status, left["logo"]["address"]) == (200, "")
    async with site.http.get(site.url + logo) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("kind", "data", "status", "code", "told"),
    [
        ("icon", b"plain words", 415, "picture_refused", "SVG"),
        ("icon", b"<html><script>alert(1)</script></html>", 415, "picture_refused", "SVG"),
        ("icon", HOSTILE.replace(b"script", b"text"), 415, "picture_not_kept", "<text>"),
        ("logo", png((9, 9))[:40], 415, "picture_broken", "damaged"),
        ("icon", b"x" * (100 * 1024 + 1), 413, "too_large", "100 KB"),
        ("banner", b"x", 404, "not_found", ""),
    ],
)
async def test_what_is_no_picture_or_too_large_is_refused(
    site: Site, admin: str, path: str, kind: str, data: bytes, status: int, code: str, told: str
) -> None:
    answered, answer = await put(site, admin, f"{path}/{kind}", data)
    assert (answered, answer["error"]["code"]) == (status, code)
    assert told in answer["error"]["message"]
