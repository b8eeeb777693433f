"""Wave's calls outlive their page, and may be seen as well as heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import serious_faults
from tests.support.desk import NARROW, scrolls_sideways
from tests.support.pictures_of_calls import camera, is_shown

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.support.desks import Desks
    from tests.support.softphone import Softphone


@pytest.fixture
def ana(desks: Desks) -> Softphone:
    return desks.softphone("1000", 440)


@pytest.fixture
def ben(desks: Desks) -> Softphone:
    return desks.softphone("1001", 1000)


def picture(phone: Softphone, label: str) -> Locator:
    return phone.page.locator(f'video[aria-label="{label}"]')


def test_a_call_goes_on_when_its_page_is_loaded_anew(ana: Softphone, ben: Softphone) -> None:
    ana.call("1001")
    ben.answer()
    ana.hears(1000)
    ben.page.reload()
    ben.is_connected("Ana Costa")
    ben.hears(440)
    ana.hears(1000)
    ben.press("Hang up")
    expect(ana.current()).to_have_count(0)


def test_a_call_goes_on_in_another_tab_when_its_own_is_closed(
    ana: Softphone, ben: Softphone
) -> None:
    second = ben.another_tab()
    ana.call("1001")
    ben.answer()
    ana.hears(1000)
    ben.page.close(run_before_unload=False)
    ben.page = second
    ben.is_connected("Ana Costa")
    ben.hears(440)
    ana.hears(1000)


def test_two_see_each_other_while_they_talk(ana: Softphone, ben: Softphone) -> None:
    for phone, colour in (ana, "crimson"), (ben, "seagreen"):
        phone.page.evaluate(camera(colour))
    ana.call("1001")
    ben.answer()
    ana.hears(1000)
    ana.press("Camera")
    is_shown(picture(ana, "Your own picture"))
    is_shown(picture(ben, "Picture of Ana Costa"))
    ben.press("Camera")
    is_shown(picture(ana, "Picture of Ben Osei"))
    assert serious_faults(ana.page) == []
    ana.page.set_viewport_size(NARROW)
    assert not scrolls_sideways(ana.page)
    ana.press("Camera")
    expect(picture(ben, "Picture of Ana Costa")).to_have_count(0)
    is_shown(picture(ana, "Picture of Ben Osei"))
    ana.hears(1000)
    ben.hears(440)
