"""Wave's notifications while it is closed: switched on in the settings, shown by its worker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.wave.test_wave_app import CONTROLLED
from tests.browser.wave.test_wave_settings import settings
from tests.support.browser import CHROMIUM, chromium, serious_faults
from tests.support.desk import open_wave
from tests.support.server import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

    from tests.support.desk import NewContext
    from tests.support.server import Server

pytestmark = pytest.mark.workers


@pytest.fixture(scope="module")
def browser_process(driver: Playwright) -> Iterator[Browser]:
    """Notifications are none of the headless shell's."""
    with chromium(driver, CHROMIUM) as browser:
        yield browser


SHOWN = (
    "(async () => { const found = await navigator.serviceWorker.getRegistration('/wave/');"
    " const all = await found.getNotifications();"
    " return all.map(each => [each.title, each.body, each.tag, each.data]); })()"
)
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
