"""The same chat in Arabic, in the dark, on a small phone, and in a language nobody speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import Agent, serious_faults
from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Locator, Page

    from tests.support.server import Server


LEFT_EDGES = """(log, texts) => texts.map((text) => {
  const bubbles = [...log.querySelectorAll(".bubble")];
  return bubbles.find((each) => each.textContent.includes(text)).getBoundingClientRect().x;
})"""
"""In one step: a message that has just been stored is drawn anew, and its old box is gone."""


def left_edges(log: Locator, *texts: str) -> list[float]:
    """Where the bubbles with these texts begin."""
    return list(log.evaluate(LEFT_EDGES, list(texts)))


def no_sideways_scrolling(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


def test_arabic_runs_from_right_to_left(
    new_context: Callable[..., BrowserContext], server: Server, agent: Agent
) -> None:
    page = new_context(locale="ar", viewport={"width": 420, "height": 760}).new_page()
    page.goto(f"{server.url}/livechat/demo")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("textbox", name="الاسم الكامل", exact=True).fill("ليلى")
    page.get_by_role("textbox", name="البريد الإلكتروني", exact=True).fill("layla@example.test")
    page.get_by_role("textbox", name="رقم الهاتف", exact=True).fill("+49 30 123456")
    page.get_by_role("checkbox").check()
    assert serious_faults(page) == []
    page.get_by_role("button", name="ابدأ الدردشة", exact=True).click()
    page.get_by_role("textbox", name="الرسالة", exact=True).fill("هل أنتم متاحون؟")
    page.get_by_role("button", name="إرسال", exact=True).click()
    agent.accept_and_say("نعم، أهلًا بك.")
    log = page.get_by_role("log", name="المحادثة")
    expect(log).to_contain_text("نعم، أهلًا بك.")
    mine, theirs = left_edges(log, "هل أنتم متاحون؟", "نعم، أهلًا بك.")
    assert mine < theirs
    assert serious_faults(page) == []
    assert no_sideways_scrolling(page)


def test_a_small_phone_shows_everything(
    new_context: Callable[..., BrowserContext], server: Server, agent: Agent
) -> None:
    context = new_context(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.url}/livechat/demo")
    assert no_sideways_scrolling(page)
    start_chat(page)
    agent.accept_and_say("https://example.test/" + "a" * 400)
    expect(page.get_by_role("log")).to_contain_text("aaaa")
    assert no_sideways_scrolling(page)
    # The on-screen keyboard takes the lower half: the box stays in sight.
    page.set_viewport_size({"width": 360, "height": 320})
    box = page.get_by_role("textbox", name="Message", exact=True)
    expect(box).to_be_in_viewport(ratio=1)
    write(page, "Still here")
    expect(page.get_by_role("log").get_by_text("Still here")).to_be_in_viewport()


def test_someone_who_scrolled_up_is_told_of_new_messages(visitor: Page, agent: Agent) -> None:
    start_chat(visitor)
    agent.accept()
    for number in range(12):
        agent.say(f"Line {number}\n" * 4)
    log = visitor.get_by_role("log")
    expect(log).to_contain_text("Line 11")
    log.evaluate("element => element.scrollTo({ top: 0 })")
    expect(log.get_by_text("Welcome!")).to_be_in_viewport()
    agent.say("Something new")
    pill = visitor.get_by_role("button", name="1 new message")
    pill.click()
    expect(log.get_by_text("Something new")).to_be_in_viewport()
    expect(pill).to_be_hidden()


def test_too_long_a_message_is_counted_and_not_sent(visitor: Page) -> None:
    start_chat(visitor)
    box = visitor.get_by_role("textbox", name="Message", exact=True)
    send = visitor.get_by_role("button", name="Send", exact=True)
    box.fill("😀" * 8000)  # code points, as the server counts them
    expect(send).to_be_enabled()
    box.fill("😀" * 8001)
    expect(send).to_be_disabled()
    expect(visitor.get_by_role("alert")).to_contain_text("Too long by 1")


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "\u202egnp.exe", "a\u2028b"])
def test_text_is_shown_as_text(visitor: Page, agent: Agent, text: str) -> None:
    dialogs: list[str] = []
    visitor.on("dialog", lambda dialog: dialogs.append(dialog.message))
    start_chat(visitor, name=text.replace("\u202e", ""))
    agent.accept()
    write(visitor, f"before {text} after")
    expect(visitor.get_by_role("log")).to_contain_text("before")
    expect(visitor.get_by_role("log")).to_contain_text("after")
    assert visitor.get_by_role("log").locator("img").count() == 0
    assert dialogs == []


def test_an_unknown_link_is_not_found(
    new_context: Callable[..., BrowserContext], server: Server
) -> None:
    page = new_context(locale="de-DE").new_page()
    answer = page.goto(f"{server.url}/livechat/nothing-here")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Dieser Chat ist nicht verfügbar.")
