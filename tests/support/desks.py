"""Desks whose people stay from one test of a file to the next: each page is loaded once.

As at work: a page is open all day, and what is done next begins at another of its addresses. Tests
of loading, storage, failing networks or several pages of a person have their own (`new_context`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.desk import at, open_administration, open_wave
from tests.support.softphone import Softphone

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.desk import NewContext

WIDE = {"width": 1280, "height": 720}
"""Playwright's own."""
ELSEWHERE = {"admin": ("nowhere", "This page does not exist"), "wave": ("contacts", "Contacts")}
"""What a page shows while nobody uses it: whatever it showed before is gone."""


class Desks:
    """One administrator, agents and softphones, each at the first page that a test asked for."""

    def __init__(self, new_context: NewContext, url: str) -> None:
        self._new_context, self._url = new_context, url
        self._pages: dict[str, Page] = {}
        self._phones: dict[str, Softphone] = {}
        self._used: set[str] = set()

    def administration(self, heading: str = "Message Broadcast", path: str = "") -> Page:
        """The administrator, at a page with this heading; without a path where it begins."""
        self._used.add("admin")
        if page := self._pages.get("admin"):
            return at(page, self._url, path, heading)
        page = open_administration(self._new_context, self._url, heading, path)
        self._pages["admin"] = page
        return page

    def wave(self, number: str) -> Page:
        """This extension's user, at Wave's live chat."""
        self._used.add(number)
        if page := self._pages.get(number):
            page.goto(f"{self._url}/wave/#/live-chat")
            expect(page.get_by_role("heading", name="Live Chat", level=1)).to_be_visible()
            return page
        page = self._pages[number] = open_wave(self._new_context, self._url, number)
        return page

    def softphone(self, number: str, hz: float) -> Softphone:
        """This extension's user, at Wave's calls, who says a tone."""
        name = f"{number} at {hz}"
        self._used.add(name)
        if phone := self._phones.get(name):
            phone.open_calls()
            return phone
        phone = self._phones[name] = Softphone(self._new_context, self._url, number, hz)
        self._pages[name] = phone.page
        return phone

    def leave(self, *, failed: bool) -> None:
        """A test is over: tidy what it used; after a failure, or where it closed a page, anew."""
        for name in self._used:
            page = self._pages[name]
            if failed or page.is_closed():
                self._forget(name)
                continue
            if phone := self._phones.get(name):
                phone.end_all()
            tidy(page, "admin" if name == "admin" else "wave")
        self._used.clear()

    def _forget(self, name: str) -> None:
        self._pages.pop(name).context.close()
        self._phones.pop(name, None)


def tidy(page: Page, program: str) -> None:
    """Leave nothing of a test on a page that the next one could see."""
    for other in page.context.pages:
        if other != page:
            other.close()
    page.unroute_all()
    if page.viewport_size != WIDE:
        page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    search = page.get_by_role("searchbox", name="Search", exact=True)
    searched = search.count() > 0 and search.input_value() != ""
    path, heading = ELSEWHERE[program]
    page.evaluate("path => { location.hash = `#/${path}`; }", path)
    left = page.get_by_role("heading", name=heading, level=1, exact=True)
    asked = page.get_by_role("dialog", name="Leave without saving?")
    expect(left.or_(asked)).to_be_visible()
    if asked.is_visible():
        asked.get_by_role("button", name="Leave", exact=True).click()
        expect(left).to_be_visible()
    toasts = page.get_by_role("button", name="Dismiss", exact=True)
    toasts.evaluate_all("buttons => buttons.forEach((each) => each.click())")
    expect(toasts).to_have_count(0)
    page.evaluate("localStorage.clear()")
    if searched:  # a list is found again as it was left, unless the page has been loaded anew
        page.reload()
    dialogs = page.get_by_role("dialog")
    if dialogs.count():
        page.keyboard.press("Escape")  # one that stands beside the page that was left
    expect(dialogs).to_have_count(0)
