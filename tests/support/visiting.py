"""What visitors do, in the words of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

    Place = Page | FrameLocator


def fill_form(place: Place, name: str = "Lena Fischer") -> None:
    """Everything the demonstration link asks for, and consent."""
    place.get_by_role("textbox", name="Full Name", exact=True).fill(name)
    place.get_by_role("textbox", name="Email", exact=True).fill("lena@example.test")
    place.get_by_role("textbox", name="Phone Number", exact=True).fill("+49 30 123456")
    place.get_by_role("checkbox").check()


def start_chat(place: Place, name: str = "Lena Fischer") -> None:
    """From the form to the conversation."""
    fill_form(place, name)
    place.get_by_role("button", name="Start Chat", exact=True).click()
    expect(place.get_by_role("log", name="Conversation")).to_be_visible()


def write(place: Place, text: str) -> None:
    """Write a message and send it."""
    place.get_by_role("textbox", name="Message", exact=True).fill(text)
    place.get_by_role("button", name="Send", exact=True).click()


def texts(place: Place) -> list[str]:
    """What the conversation shows, bubble by bubble."""
    return place.get_by_role("log").locator(".bubble").all_inner_texts()
