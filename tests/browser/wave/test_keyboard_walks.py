"""Desk and switchboard by keyboard: every stop is left again, dialogs give the focus back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import accept, ask, at, open_administration, open_wave, say

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.desk import NewContext
    from tests.support.server import Server

STOP = """() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return "none";
  one.dataset.stop ??= String((window.stops = (window.stops ?? 0) + 1));
  return one.dataset.stop;
}"""
MISSED = """() => [...document.querySelectorAll("button, a[href], input, select, textarea")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled)
  .filter((one) => one.tabIndex >= 0 && !one.dataset.stop)
  .map((one) => one.outerHTML.slice(0, 200))"""
MOST = 500


def walk_around(page: Page) -> None:
    """Tab through the whole page and begin anew; then the same way back."""
    ring: list[str] = []
    stop = pressed(page, "Tab")
    while stop not in ring:
        ring.append(stop)
        assert len(ring) < MOST
        stop = pressed(page, "Tab")
    assert stop == ring[0], f"Tab leads back to stop {ring.index(stop)} of {len(ring)}"
    assert page.evaluate(MISSED) == []
    back = [pressed(page, "Shift+Tab") for _ in ring]
    assert back == [*reversed(ring[1:]), ring[0]]


def pressed(page: Page, key: str) -> str:
    """Which stop a key leads to."""
    page.keyboard.press(key)
    return str(page.evaluate(STOP))


def opens_and_gives_back(page: Page, button: Locator, role: str = "dialog") -> None:
    """Opened by Enter it keeps the focus, until Escape brings it back to the button."""
    button.focus()
    page.keyboard.press("Enter")
    opened = page.locator(f"[role={role}]").filter(has=page.locator(":focus"))
    expect(opened).to_be_visible()
    if role == "dialog":
        for key in ("Tab", "Shift+Tab"):
            for _ in range(12):
                page.keyboard.press(key)
                expect(opened).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog").or_(page.get_by_role("menu"))).to_have_count(0)
    expect(button).to_be_focused()


def test_the_desk_is_walked_by_keyboard(server: Server, new_context: NewContext) -> None:
    agent = open_wave(new_context, server.url, "1000")
    ask(new_context, server.url, "Wanda Walker", "Where is it?")
    accept(agent, "Wanda Walker")
    say(agent, "On its way.")
    for name in ("Transfer", "More about this visitor", "Save as contact"):  # the card comes later
        expect(agent.get_by_role("button", name=name, exact=True)).to_be_visible()
    walk_around(agent)
    for name in ("Transfer", "Invite", "End chat", "Save as contact"):
        opens_and_gives_back(agent, agent.get_by_role("button", name=name, exact=True))
    for name in ("Test my alerts", "Keyboard shortcuts"):
        opens_and_gives_back(agent, agent.get_by_role("button", name=name, exact=True))
    for name in ("Take a break", "More about this visitor", "Ana Costa: own menu"):
        opens_and_gives_back(agent, agent.get_by_role("button", name=name, exact=True), "menu")


def test_the_switchboard_is_walked_by_keyboard(server: Server, new_context: NewContext) -> None:
    admin = open_administration(new_context, server.url)
    at(admin, server.url, "queue-board", "Queue Switchboard")
    pause = admin.get_by_role("button", name="Pause: 1001", exact=True)
    expect(pause).to_be_visible()
    walk_around(admin)
    opens_and_gives_back(admin, pause, "menu")
