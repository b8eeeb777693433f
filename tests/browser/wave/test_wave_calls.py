"""Wave's softphone: people talk through the PBX, in Chromium, and hear each other's tone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, scrolls_sideways
from tests.support.mailboxes import without_mailboxes
from tests.support.softphone import Softphone

if TYPE_CHECKING:
    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server


@pytest.fixture
def ana(desks: Desks) -> Softphone:
    return desks.softphone("1000", 440)


@pytest.fixture
def ben(desks: Desks) -> Softphone:
    return desks.softphone("1001", 1000)


def connect(caller: Softphone, called: Softphone) -> None:
    caller.call(called.number)
    called.answer()
    caller.is_connected()
    called.is_connected()


def test_two_browsers_hear_each_other_until_one_hangs_up(ana: Softphone, ben: Softphone) -> None:
    ana.call("1001")
    expect(ben.ringing()).to_contain_text("Ana Costa")
    assert serious_faults(ben.page) == []
    expect(ana.current("Ben Osei")).to_contain_text("Ringing")
    ben.answer()
    ana.is_connected("Ben Osei")
    ben.is_connected("Ana Costa")
    ana.hears(1000)
    ben.hears(440)
    assert serious_faults(ana.page) == []
    ben.press("Hang up")
    expect(ana.current()).to_have_count(0)
    expect(ben.current()).to_have_count(0)
    history = ana.page.get_by_role("list", name="Call history", exact=True)
    expect(history.get_by_role("listitem").first).to_contain_text("Ben Osei")


def test_a_call_rings_in_every_tab_and_stops_in_all_at_once(ana: Softphone, ben: Softphone) -> None:
    second = ben.another_tab()
    ben.is_ready(second)
    ana.call("1001")
    expect(ben.ringing()).to_be_visible()
    ben.ringing(second).get_by_role("button", name="Answer", exact=True).click()
    expect(ben.ringing()).to_have_count(0)
    expect(ben.ringing(second)).to_have_count(0)
    ben.is_connected("Ana Costa")
    ana.hears(1000)
    second.get_by_role("button", name="Hang up", exact=True).click()
    expect(ana.current()).to_have_count(0)


def test_another_tab_takes_over_when_the_first_is_closed(ana: Softphone, ben: Softphone) -> None:
    second = ben.another_tab()
    ben.is_ready(second)
    ben.page.close(run_before_unload=False)
    ben.page = second
    ben.is_ready()
    connect(ana, ben)
    ben.hears(440)


def test_whoever_declines_is_busy_for_the_caller(
    server: Server, ana: Softphone, ben: Softphone
) -> None:
    without_mailboxes(server)
    ana.call("1001")
    ben.ringing().get_by_role("button", name="Decline", exact=True).click()
    expect(ana.current("Ben Osei")).to_contain_text("Busy")
    expect(ben.ringing()).to_have_count(0)


def test_a_caller_who_gives_up_is_missed(ana: Softphone, ben: Softphone) -> None:
    ana.call("1001")
    expect(ben.ringing()).to_be_visible()
    ana.press("Hang up")
    expect(ben.ringing()).to_have_count(0)
    ben.page.get_by_text("Missed", exact=True).first.click()
    history = ben.page.get_by_role("list", name="Call history", exact=True)
    expect(history.get_by_role("listitem").first).to_contain_text("Ana Costa")
    history.get_by_role("button", name="Call Ana Costa").first.click()
    expect(ana.ringing()).to_contain_text("Ben Osei")


def test_a_number_that_does_not_exist_is_said_to_be_none(ana: Softphone) -> None:
    ana.call("4711")
    expect(ana.current("4711")).to_contain_text("There is no such number")


def test_a_colleague_is_called_by_name_and_from_the_contacts(
    ana: Softphone, ben: Softphone
) -> None:
    ana.page.get_by_label("Number or name", exact=True).fill("osei")
    ana.page.keyboard.press("Enter")
    expect(ben.ringing()).to_be_visible()
    ana.press("Hang up")
    expect(ben.ringing()).to_have_count(0)
    ana.page.get_by_role("link", name="Contacts", exact=True).click()
    expect(ana.page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()
    ana.page.get_by_role("button", name="Call Ben Osei", exact=True).click()
    expect(ben.ringing()).to_be_visible()
    strip = ana.page.get_by_role("region", name="Current call", exact=True)
    expect(strip).to_contain_text("Ben Osei")
    strip.get_by_role("button", name="Hang up", exact=True).click()
    expect(ben.ringing()).to_have_count(0)


def test_muting_is_heard_by_the_other_side(ana: Softphone, ben: Softphone) -> None:
    connect(ana, ben)
    ben.hears(440)
    ana.press("Mute")
    ben.hears_nothing()
    ana.press("Mute")
    ben.hears(440)


def test_a_refused_microphone_is_explained(server: Server, new_context: NewContext) -> None:
    ana = Softphone(new_context, server.url, "1000", 440)
    ana.page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = async () => {"
        " throw new DOMException('', 'NotAllowedError'); } }"
    )
    ana.call("1001")
    expect(ana.page.get_by_text("The microphone is blocked")).to_be_visible()
    expect(ana.current()).to_have_count(0)


def test_an_unencrypted_page_says_why_it_has_no_calls(
    server: Server, new_context: NewContext
) -> None:
    page = new_context().new_page()
    page.goto(server.url.replace("127.0.0.1", "plain.test") + "/wave/#/calls")
    page.get_by_label("User name", exact=True).fill("1000")
    page.get_by_label("Password", exact=True).fill("Demo-1000!")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(
        page.get_by_text("Browsers give the microphone to pages opened by https://")
    ).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_calls_fit_a_narrow_window_in_either_direction(
    ana: Softphone, ben: Softphone, language: str
) -> None:
    ben.page.evaluate(
        "way => { document.documentElement.dir = way }", "rtl" if language == "ar" else "ltr"
    )
    ben.page.set_viewport_size(NARROW)
    ana.call("1001")
    expect(ben.ringing()).to_be_visible()
    assert not scrolls_sideways(ben.page)
    ben.answer()
    ben.is_connected()
    assert not scrolls_sideways(ben.page)
    assert serious_faults(ben.page) == []
    ben.press("Transfer")
    expect(ben.page.get_by_role("dialog")).to_be_visible()
    assert not scrolls_sideways(ben.page)
    assert serious_faults(ben.page) == []
    ben.page.keyboard.press("Escape")
    ben.page.evaluate("document.documentElement.dir = 'ltr'")


def test_calls_are_made_by_keyboard_alone(ana: Softphone, ben: Softphone) -> None:
    ana.page.get_by_label("Number or name", exact=True).focus()
    ana.page.keyboard.type("1001")
    ana.page.keyboard.press("Enter")
    expect(ben.ringing()).to_be_focused()
    ben.page.keyboard.press("Tab")
    ben.page.keyboard.press("Enter")
    ana.is_connected()
    ana.hears(1000)
