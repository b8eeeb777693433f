"""Wave as an app: its manifest, its shell without a network, new versions, plain HTTP."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from engage.web.static import DIST
from tests.browser.wave.test_wave_chats import write_to
from tests.browser.wave.test_wave_settings import settings
from tests.support.browser import serious_faults
from tests.support.desk import log, open_wave, say, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.desk import NewContext
    from tests.support.server import Server

pytestmark = pytest.mark.workers


CONTROLLED = "() => navigator.serviceWorker.controller !== null"


def fetched(url: str, language: str = "en") -> tuple[str, bytes]:
    request = urllib.request.Request(url, headers={"Accept-Language": language})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return answer.headers["Content-Type"], answer.read()


def test_manifest_is_complete_and_speaks_the_readers_language(server: Server) -> None:
    kind, body = fetched(f"{server.url}/wave/manifest.webmanifest", "ar")
    manifest = json.loads(body)
    assert kind.startswith("application/manifest+json")
    assert (manifest["lang"], manifest["dir"]) == ("ar", "rtl")
    assert (manifest["start_url"], manifest["scope"]) == ("/wave/", "/wave/")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        kind, picture = fetched(server.url + icon["src"])
        assert kind == "image/png"
        size = int.from_bytes(picture[16:20])  # PNG, 11.2.2: width and height
        assert icon["sizes"] == f"{size}x{size}"
    kind, _ = fetched(f"{server.url}/wave/worker.js")
    assert kind.startswith("text/javascript")


def test_shell_opens_without_a_network_and_nothing_of_people_is_kept(
    server: Server, new_context: NewContext
) -> None:
    ana = open_wave(new_context, server.url, "1000")
    ana.wait_for_function(CONTROLLED)
    write_to(ana, "Ben Osei")
    say(ana, "Not for the cache")
    ana.reload()
    expect(log(ana)).to_contain_text("Not for the cache")
    kept = ana.evaluate(
        "(async () => { const paths = []; for (const name of await caches.keys())"
        " for (const each of await (await caches.open(name)).keys())"
        " paths.push(new URL(each.url).pathname); return paths; })()"
    )
    assert "/wave/" in kept
    assert all(path == "/wave/" or path.startswith("/static/") for path in kept)
    shell = ana.evaluate("caches.match('/wave/').then(each => each.text())")
    assert "Ana" not in shell
    ana.context.set_offline(True)
    ana.reload()
    expect(ana.get_by_text("cannot be reached")).to_be_visible()
    ana.context.set_offline(False)
    expect(log(ana)).to_contain_text("Not for the cache")  # by itself


@contextmanager
def next_build() -> Iterator[None]:
    """The front end as another build would leave it."""
    worker = DIST / "worker.js"
    built = worker.read_text()
    worker.write_text(built + "\n// newer\n")
    try:
        yield
    finally:
        worker.write_text(built)


def test_new_version_is_offered_and_taken(server: Server, new_context: NewContext) -> None:
    page = open_wave(new_context, server.url, "1000", reduced_motion="reduce")
    page.wait_for_function(CONTROLLED)
    news = page.get_by_text("A new version is available")
    expect(news).to_have_count(0)
    with next_build():
        page.evaluate("navigator.serviceWorker.getRegistration().then(each => each.update())")
        expect(news).to_be_visible()
        assert serious_faults(page) == []
        with page.expect_navigation():
            page.get_by_role("button", name="Reload", exact=True).click()
        expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
        expect(news).to_have_count(0)


def test_plain_http_from_another_host_says_why_there_is_no_app(
    server: Server, new_context: NewContext
) -> None:
    ana = new_context().new_page()
    ana.goto(server.url.replace("127.0.0.1", "pbx.test") + "/wave/")
    sign_in(ana, "1000", "Demo-1000!")
    expect(ana.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
    assert ana.evaluate("navigator.serviceWorker === undefined")
    expect(settings(ana).get_by_text("when it is opened over HTTPS")).to_be_visible()
