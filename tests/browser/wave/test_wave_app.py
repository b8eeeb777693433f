"""Wave as an app: its manifest, its shell without a network, new versions, plain HTTP."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from engage.web.static import DIST
from tests.browser.wave.test_wave_chats import write_to
from tests.browser.wave.test_wave_settings import settings
from tests.support.browser import serious_faults
from tests.support.desk import log, open_wave, say
from tests.support.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.desk import NewContext
    from tests.support.server import Server


SHOWN = (
    "(async () => { const found = await navigator.serviceWorker.getRegistration('/wave/');"
    " const all = await found.getNotifications();"
    " return all.map(each => [each.title, each.body, each.tag, each.data]); })()"
)
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
    ana = open_wave(new_context, server.url.replace("127.0.0.1", "pbx.test"), "1000")
    assert ana.evaluate("navigator.serviceWorker === undefined")
    expect(settings(ana).get_by_text("when it is opened over HTTPS")).to_be_visible()


PUSH_SERVICE = """
const held = { endpoint: 'https://push.example/one', unsubscribe: async () => { made = null; },
  toJSON: () => ({ endpoint: held.endpoint, expirationTime: null, keys: {
    p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6S' +
      'RpkNtoIAiw4',
    auth: 'BTBZMqHH6r4Tts7J_aSIgg' } }) };
let made = null;
PushManager.prototype.subscribe = async (options) => {
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 87) throw new Error();
  return made = held;
};
PushManager.prototype.getSubscription = async () => made;
"""
"""The browser's own push service is out of reach here; the rest is real."""


def test_push_is_switched_on_and_off_in_the_settings(
    server: Server, new_context: NewContext
) -> None:
    context = new_context(permissions=["notifications"])
    context.add_init_script(PUSH_SERVICE)
    page = open_wave(lambda **_: context, server.url, "1003")
    page.wait_for_function(CONTROLLED)
    count = "fetch('/v1/me/push').then(each => each.json()).then(each => each.subscriptions)"
    switch = settings(page).get_by_role("switch", name="Push notifications")
    expect(switch).to_be_enabled()
    switch.click()
    expect(switch).to_be_checked()
    assert page.evaluate(count) == 1
    switch.click()
    expect(switch).not_to_be_checked()
    expect(switch).to_be_enabled()  # the server knows
    assert page.evaluate(count) == 0
    assert serious_faults(page) == []


def test_push_message_is_shown_by_the_worker(server: Server, new_context: NewContext) -> None:
    page = new_context(permissions=["notifications"]).new_page()
    page.goto(f"{server.url}/wave/")
    page.wait_for_function(CONTROLLED)
    devtools = page.context.new_cdp_session(page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registrations.extend(each["registrationId"] for each in told["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    page.goto(f"{server.url}/v1/docs")  # Wave is closed
    news = {"title": "Ana Costa", "body": "Hi", "tag": "engage c", "path": "/wave/#/chats/c"}
    message = {"origin": server.url, "registrationId": registrations[0], "data": json.dumps(news)}
    shown: list[list[str]] = []

    def is_shown() -> bool:
        devtools.send("ServiceWorker.deliverPushMessage", message)
        page.wait_for_timeout(100)
        shown[:] = page.evaluate(SHOWN)
        return shown != []

    # For a moment the worker still counts the page that was left among its windows.
    wait_until(is_shown, 15, "the notification")
    assert shown == [[news["title"], news["body"], news["tag"], news["path"]]]
