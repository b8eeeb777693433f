"""Visitors who call from the page: what they and the agents hear, see and find afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import ask
from tests.support.program import Program
from tests.support.softphone import Softphone, hears, hears_no_more, speaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page, Route

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server

VISITOR_HZ, ANA_HZ, BEN_HZ = 700, 440, 1000


@pytest.fixture
def ana(desks: Desks) -> Softphone:
    return desks.softphone("1000", ANA_HZ)


@pytest.fixture
def ben(desks: Desks) -> Softphone:
    return desks.softphone("1001", BEN_HZ)


@pytest.fixture
def vera(server: Server, new_context: NewContext) -> Page:
    def speaking() -> BrowserContext:
        context = new_context()
        speaks(context, VISITOR_HZ)
        return context

    return ask(speaking, server.url, "Vera Lind", "Are you there?")


def call(page: Page) -> None:
    page.get_by_role("button", name="Call", exact=True).click()


def hang_up(page: Page) -> None:
    page.get_by_role("button", name="Hang up", exact=True).click()


def records(new_context: NewContext, server: Server) -> list[dict[str, Any]]:
    api = new_context().request
    asked = {"user": "admin", "password": "Demo-admin!"}
    token = api.post(f"{server.url}/v1/sign-in", data=asked).json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    items: list[dict[str, Any]] = api.get(f"{server.url}/v1/calls", headers=bearer).json()["items"]
    return items


@pytest.fixture
def one_line(server: Server) -> Iterator[None]:
    """One visitor may call at once."""
    root = Program(server.url, "admin", "Demo-admin!")

    def let(most: int) -> int:
        [demo] = [x for x in root.get("/v1/livechats").json()["items"] if x["public_id"] == "demo"]
        wanted = {"most_visitor_calls": most, "version": demo["version"]}
        assert root.patch(f"/v1/livechats/{demo['id']}", wanted).status == 200
        return int(demo["most_visitor_calls"])

    before = let(1)
    yield
    let(before)


def test_a_waiting_visitor_calls_and_whoever_answers_serves(
    server: Server, new_context: NewContext, ana: Softphone, ben: Softphone, vera: Page
) -> None:
    call(vera)
    bar = vera.get_by_role("region", name="Call", exact=True)
    expect(ana.ringing()).to_contain_text("Demo: Vera Lind")
    expect(ben.ringing()).to_contain_text("Demo: Vera Lind")
    expect(bar).to_contain_text("Ringing")
    expect(vera.get_by_role("button", name="Call", exact=True)).to_be_disabled()
    ana.answer()
    expect(ben.ringing()).to_have_count(0)
    ana.is_connected()
    ana.hears(VISITOR_HZ)
    hears(vera, ANA_HZ)
    expect(bar).to_contain_text("You are talking to Ana Costa")
    log = vera.get_by_role("log", name="Conversation", exact=True)
    expect(log).to_contain_text("You called.")
    expect(log).to_contain_text("Ana Costa joined the chat.")
    expect(log).to_contain_text("Ana Costa answered the call.")
    assert serious_faults(vera) == []
    bar.get_by_role("button", name="Mute", exact=True).click()
    ana.hears_nothing()
    bar.get_by_role("button", name="Mute", exact=True).click()
    ana.hears(VISITOR_HZ)
    ana.press("Hold")
    hears_no_more(vera, ANA_HZ)
    ana.press("Hold")
    hears(vera, ANA_HZ)
    vera.reload()
    expect(bar).to_contain_text("You are talking to Ana Costa")
    hears(vera, ANA_HZ)
    ana.hears(VISITOR_HZ)
    hang_up(vera)
    expect(ana.current()).to_have_count(0)
    expect(log).to_contain_text("The call has ended after 0:")
    ana.page.get_by_role("link", name="Live Chat", exact=True).click()
    mine = ana.page.get_by_text("Vera Lind", exact=True).first
    mine.click()
    theirs = ana.page.get_by_role("log", name="Conversation", exact=True)
    expect(theirs).to_contain_text("You answered the call.")
    [record] = [each for each in records(new_context, server) if each["conversation"]]
    assert record["caller_name"] == "Demo: Vera Lind"
    assert record["action"] == "livechat"
    assert record["answered_by"] == "1000"


def test_who_serves_the_visitor_rings_first_and_may_pass(
    server: Server, ana: Softphone, ben: Softphone, vera: Page
) -> None:
    ana.page.get_by_role("link", name="Live Chat", exact=True).click()
    waiting = ana.page.get_by_role("list", name="Inquiries", exact=True)
    waiting.get_by_role("button", name="Accept").first.click()
    expect(vera.get_by_role("log")).to_contain_text("Ana Costa joined the chat.")
    call(vera)
    expect(ana.ringing()).to_be_visible()
    expect(ben.ringing()).to_have_count(0)
    ana.ringing().get_by_role("button", name="Decline", exact=True).click()
    ben.answer()
    ben.hears(VISITOR_HZ)
    hears(vera, BEN_HZ)
    ben.press("Hang up")
    bar = vera.get_by_role("region", name="Call", exact=True)
    expect(bar).to_contain_text("The call has ended.")
    expect(vera.get_by_role("log")).to_contain_text("The call has ended after 0:")


def test_without_a_microphone_the_chat_goes_on(
    server: Server, new_context: NewContext, ana: Softphone
) -> None:
    def deaf() -> BrowserContext:
        context = new_context()
        context.add_init_script(
            "navigator.mediaDevices.getUserMedia ="
            " () => Promise.reject(new DOMException('', 'NotAllowedError'));"
        )
        return context

    page = ask(deaf, server.url, "Otto Voll", "Hello?")
    call(page)
    bar = page.get_by_role("region", name="Call", exact=True)
    expect(bar).to_contain_text("does not let this page hear you")
    expect(ana.ringing()).to_have_count(0)
    assert serious_faults(page) == []
    page.get_by_role("textbox", name="Message", exact=True).fill("Then I write.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("log")).to_contain_text("Then I write.")
    bar.get_by_role("button", name="Close", exact=True).click()
    expect(bar).to_have_count(0)


def test_a_call_ends_with_its_chat(server: Server, ana: Softphone, vera: Page) -> None:
    call(vera)
    ana.answer()
    hears(vera, ANA_HZ)
    vera.get_by_role("button", name="End chat", exact=True).click()
    expect(vera.get_by_role("dialog")).to_contain_text("Your call ends too.")
    vera.get_by_role("button", name="Yes, end it").click()
    expect(ana.current()).to_have_count(0)


def test_another_page_of_the_visitor_hears_nothing_until_it_calls_itself(
    server: Server, ana: Softphone, vera: Page
) -> None:
    call(vera)
    ana.answer()
    hears(vera, ANA_HZ)
    other = vera.context.new_page()
    other.goto(vera.url)
    expect(other.get_by_role("log")).to_contain_text("Ana Costa answered the call.")
    bars = [each.get_by_role("region", name="Call", exact=True) for each in (vera, other)]
    expect(bars[1]).to_have_count(0)
    hears(vera, ANA_HZ)
    call(other)
    expect(bars[0]).to_contain_text("The call has ended.")
    ana.answer()
    hears(other, ANA_HZ)
    expect(bars[1]).to_contain_text("You are talking to Ana Costa")
    hang_up(other)
    expect(ana.current()).to_have_count(0)


@pytest.mark.usefixtures("one_line")
def test_the_button_says_so_while_all_lines_are_busy(
    server: Server, new_context: NewContext, ana: Softphone, vera: Page
) -> None:
    otto = ask(new_context, server.url, "Otto Voll", "May I call?")
    button = otto.get_by_role("button", name="Call", exact=True)
    expect(button).to_be_enabled()
    call(vera)
    expect(ana.ringing()).to_be_visible()
    expect(button).to_have_attribute("aria-disabled", "true")
    words = "All lines are busy at the moment. Please try again in a few minutes."
    expect(button).to_have_accessible_description(words)
    otto.set_viewport_size({"width": 360, "height": 640})
    button.focus()
    expect(otto.get_by_role("tooltip")).to_be_visible()
    expect(otto.get_by_role("tooltip")).to_be_in_viewport(ratio=1)
    assert serious_faults(otto) == []
    button.press("Enter")
    bar = otto.get_by_role("region", name="Call", exact=True)
    expect(bar).to_have_text(words)
    hang_up(vera)
    expect(button).to_be_enabled()
    expect(button).not_to_have_attribute("aria-disabled", "true")
    expect(bar).to_have_text(words)  # lines come and go: what was said stays to be read
    bar.get_by_role("button", name="Close", exact=True).click()
    expect(bar).to_have_count(0)


def test_a_press_is_heard_while_what_a_call_takes_is_slow_to_come(
    ana: Softphone, vera: Page
) -> None:
    held: list[Route] = []
    vera.route("**/frame/module-*.js", lambda route: held.append(route))
    call(vera)
    bar = vera.get_by_role("region", name="Call", exact=True)
    expect(bar).to_have_text("One moment …")
    [route] = held
    route.continue_()
    expect(ana.ringing()).to_be_visible()
    hang_up(vera)
    expect(ana.ringing()).to_have_count(0)


def test_what_a_call_takes_cannot_be_loaded(server: Server, ana: Softphone, vera: Page) -> None:
    faults: list[str] = []
    vera.on("pageerror", lambda error: faults.append(str(error)))
    vera.route("**/frame/module-*.js", lambda route: route.abort())
    call(vera)
    bar = vera.get_by_role("region", name="Call", exact=True)
    expect(bar).to_contain_text("The call could not be started. You can go on writing.")
    expect(ana.ringing()).to_have_count(0)
    assert serious_faults(vera) == []
    bar.get_by_role("button", name="Close", exact=True).click()
    expect(bar).to_have_count(0)
    assert faults == []
