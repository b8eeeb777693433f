"""Calls from the widget on a web site of another origin: heard, seen, refused, loaded anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.visitor.test_widget import OPEN_ROOTS
from tests.support.browser import WebSite, serious_faults
from tests.support.desk import log, message_box
from tests.support.pictures_of_calls import camera, films, is_shown
from tests.support.program import Program
from tests.support.softphone import Softphone, hears, speaks
from tests.support.visiting import start_chat, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Frame, Page

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server

BUTTON, VISITOR_HZ, ANA_HZ = "Chat with us", 700, 440


@pytest.fixture
def site(server: Server) -> Iterator[WebSite]:
    """A shop: another host name and port than the server's, both of them secure contexts."""
    script = f'<script async src="{server.url}/livechat/demo/widget.js"></script>'
    page = f"<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1>{script}"
    with WebSite({"/": page}, host="localhost") as shop:
        yield shop


@pytest.fixture
def ana(desks: Desks) -> Softphone:
    return desks.softphone("1000", ANA_HZ)


def root(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


def calls_are(server: Server, media: str) -> None:
    """Whether visitors' calls may be seen."""
    admin = root(server)
    [demo] = [each for each in admin.get("/v1/livechats").json()["items"] if each["name"] == "Demo"]
    changed = admin.patch(f"/v1/livechats/{demo['id']}", {"call_media": media})
    assert changed.status == 200, changed.body


def visitor(context: BrowserContext) -> Page:
    """A page in which the button can be pressed: its shadow root is closed to sites."""
    context.add_init_script(OPEN_ROOTS)
    return context.new_page()


def chat(page: Page, site: WebSite, name: str) -> Frame:
    """The widget's frame, with a chat begun; the same again after a reload."""
    page.goto(site.url)
    page.get_by_role("button", name=BUTTON).click()
    start_chat(page.frame_locator("iframe"), name)
    return frame_of(page)


def frame_of(page: Page) -> Frame:
    page.wait_for_function("document.querySelector('engage-chat')")
    [frame] = [each for each in page.frames if "/livechat/" in each.url]
    return frame


def speaking(new_context: NewContext) -> BrowserContext:
    context = new_context()
    speaks(context, VISITOR_HZ)
    return context


def call(frame: Frame) -> None:
    frame.get_by_role("button", name="Call", exact=True).click()


def test_a_visitor_on_a_foreign_site_talks_with_an_agent_and_loads_the_page_anew(
    server: Server, new_context: NewContext, site: WebSite, ana: Softphone
) -> None:
    page = visitor(speaking(new_context))
    frame = chat(page, site, "Shop Visitor")
    call(frame)
    expect(ana.ringing()).to_contain_text("Demo: Shop Visitor")
    ana.answer()
    ana.hears(VISITOR_HZ)
    hears(frame, ANA_HZ)
    page.reload()  # the shop's page, with everything in it: nobody need touch it
    bar = page.frame_locator("iframe").get_by_role("region", name="Call", exact=True)
    expect(bar).to_contain_text("You are talking to Ana Costa")
    hears(frame_of(page), ANA_HZ)
    ana.hears(VISITOR_HZ)
    bar.get_by_role("button", name="Hang up", exact=True).click()
    expect(ana.current()).to_have_count(0)


def test_a_refused_microphone_is_explained_and_the_chat_goes_on(
    server: Server, new_context: NewContext, site: WebSite, ana: Softphone
) -> None:
    context = new_context()
    context.add_init_script(
        "navigator.mediaDevices.getUserMedia ="
        " () => Promise.reject(new DOMException('', 'NotAllowedError'));"
    )
    page = visitor(context)
    frame = chat(page, site, "Deaf Visitor")
    call(frame)
    expect(frame.get_by_role("region", name="Call", exact=True)).to_contain_text(
        "does not let this page hear you"
    )
    expect(ana.ringing()).to_have_count(0)
    write(page.frame_locator("iframe"), "Then I write.")
    expect(log(page.frame_locator("iframe"))).to_contain_text("Then I write.")


def test_visitor_and_agent_see_each_other(
    server: Server, new_context: NewContext, site: WebSite
) -> None:
    ana = Softphone(new_context, server.url, "1000", ANA_HZ)
    calls_are(server, "audio_video")
    context = speaking(new_context)
    films(context, "seagreen")
    ana.page.evaluate(camera("crimson"))
    page = visitor(context)
    frame = chat(page, site, "Seen Visitor")
    call(frame)
    ana.answer()
    ana.hears(VISITOR_HZ)
    hears(frame, ANA_HZ)
    bar = frame.get_by_role("region", name="Call", exact=True)
    bar.get_by_role("button", name="Camera", exact=True).click()
    is_shown(bar.get_by_label("Your own picture", exact=True))
    is_shown(ana.page.get_by_label("Picture of Demo: Seen Visitor", exact=True))
    ana.press("Camera")
    is_shown(bar.get_by_label("Picture of Ana Costa", exact=True))
    assert serious_faults(page) == []
    bar.get_by_role("button", name="Camera", exact=True).click()
    expect(ana.page.get_by_label("Picture of Demo: Seen Visitor", exact=True)).to_have_count(0)
    hears(frame, ANA_HZ)
    ana.hears(VISITOR_HZ)
    bar.get_by_role("button", name="Hang up", exact=True).click()
    expect(ana.current()).to_have_count(0)
    calls_are(server, "audio")


def test_a_refused_camera_leaves_the_call_as_it_is(
    server: Server, new_context: NewContext, site: WebSite, ana: Softphone
) -> None:
    calls_are(server, "audio_video")
    context = speaking(new_context)
    context.add_init_script(
        """const hear = navigator.mediaDevices.getUserMedia;
        navigator.mediaDevices.getUserMedia = (wanted) => wanted.video
          ? Promise.reject(new DOMException('', 'NotAllowedError')) : hear(wanted);"""
    )
    page = visitor(context)
    frame = chat(page, site, "Shy Visitor")
    call(frame)
    ana.answer()
    hears(frame, ANA_HZ)
    bar = frame.get_by_role("region", name="Call", exact=True)
    bar.get_by_role("button", name="Camera", exact=True).click()
    expect(bar).to_contain_text("The call goes on without your picture.")
    ana.hears(VISITOR_HZ)
    hears(frame, ANA_HZ)
    expect(message_box(page.frame_locator("iframe"))).to_be_visible()
    bar.get_by_role("button", name="Hang up", exact=True).click()
    expect(ana.current()).to_have_count(0)
    calls_are(server, "audio")
