"""What one does with calls in Wave: hold, keys, a second call, transfer; and with other phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.wave.test_wave_calls import connect
from tests.support.baresip import Baresip
from tests.support.browser import serious_faults
from tests.support.program import Program
from tests.support.softphone import Softphone
from tests.support.tone import hears, says

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import BrowserContext, WebSocketRoute

    from tests.support.desk import NewContext
    from tests.support.desks import Desks
    from tests.support.server import Server

RECOVERED_MS = 20_000


@pytest.fixture
def ana(desks: Desks) -> Softphone:
    return desks.softphone("1000", 440)


@pytest.fixture
def ben(desks: Desks) -> Softphone:
    return desks.softphone("1001", 1000)


@pytest.fixture
def chen(desks: Desks) -> Softphone:
    return desks.softphone("1002", 700)


def transfer(softphone: Softphone, number: str, button: str) -> None:
    softphone.press("Transfer")
    dialog = softphone.page.get_by_role("dialog")
    dialog.get_by_label("Transfer to").fill(number)
    dialog.get_by_role("button", name=button, exact=True).click()


def test_a_second_call_waits_and_calls_are_changed_by_holding_one(
    ana: Softphone, ben: Softphone, chen: Softphone
) -> None:
    connect(ana, ben)
    ana.press("Hold")
    expect(ana.current("Ben Osei")).to_contain_text("On hold")
    ben.hears_no_more(440)
    ana.press("Hold")
    ben.hears(440)
    chen.call("1000")
    expect(ana.ringing()).to_contain_text("Chen Li calls too. Answering holds your call.")
    ana.answer()
    ana.is_connected("Chen Li")
    chen.hears(440)
    ana.hears(700)
    expect(ana.current("Ben Osei")).to_contain_text("On hold")
    ana.press("Hold", "Ben Osei")
    ana.hears(1000)
    expect(ana.current("Chen Li")).to_contain_text("On hold")
    ana.press("Hang up", "Chen Li")
    expect(chen.current()).to_have_count(0)
    ben.hears(440)


def test_a_call_is_handed_on_at_once_and_after_asking(
    ana: Softphone, ben: Softphone, chen: Softphone
) -> None:
    connect(ana, ben)
    transfer(ana, "1002", "Transfer now")
    expect(chen.ringing()).to_be_visible()
    chen.answer()
    ben.hears(700)
    chen.hears(1000)
    ben.is_connected("Chen Li")
    expect(ana.current()).to_have_count(0)
    transfer(chen, "1000", "Ask first")
    ana.answer()
    chen.is_connected("Ana Costa")
    ana.hears(700)
    chen.press("Connect Ben Osei with Ana Costa", "Ana Costa")
    ana.hears(1000)
    ben.hears(440)
    ana.is_connected("Ben Osei")
    ben.is_connected("Ana Costa")
    expect(chen.current()).to_have_count(0)


def test_a_call_outlives_the_socket_by_a_new_way(
    server: Server, new_context: NewContext, ana: Softphone
) -> None:
    sockets: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    def routed(**options: object) -> BrowserContext:
        context = new_context(**options)
        context.route_web_socket(
            "**/sip", lambda page: sockets.append((page, page.connect_to_server()))
        )
        return context

    ben = Softphone(routed, server.url, "1001", 1000)
    connect(ana, ben)
    ana.hears(1000)
    before = ben.ice_users()
    for end in sockets[0]:
        end.close(code=1001)
    ben.page.wait_for_function(
        "before => iceUsers().every((user, at) => user !== before[at])",
        arg=before,
        timeout=RECOVERED_MS,
    )
    ben.is_ready()
    ben.hears(440)
    ana.hears(1000)
    ben.press("Hang up")
    expect(ana.current()).to_have_count(0)


@pytest.mark.parametrize(
    ("transport", "account", "rate", "channels"),
    [
        ("udp", ";audio_codecs=pcma", 8000, 1),
        ("tls", ";mediaenc=srtp-mand;audio_codecs=g722/16000/1", 16_000, 1),
        ("tls", ";mediaenc=srtp;audio_codecs=opus/48000/2", 48_000, 2),
    ],
)
def test_wave_and_a_desk_phone_hear_each_other_whoever_calls(
    server: Server,
    tmp_path: Path,
    ana: Softphone,
    transport: str,
    account: str,
    rate: int,
    channels: int,
) -> None:
    folder = tmp_path / "1002"
    sound = says(folder, 700, rate=rate, channels=channels) + "module srtp.so\n"
    account += ";answermode=auto"
    with Baresip(folder, server, "1002", transport, account=account, config=sound) as phone:
        phone.shows("registered successfully")
        ana.call("1002")
        ana.is_connected("Chen Li")
        ana.hears(700)
        hears(folder, 440)
        ana.press("Keys")
        ana.press("5")
        phone.shows("received event: '5'")
        ana.press("Hang up")
        expect(ana.current()).to_have_count(0)
        phone.enters("/dial 1000")
        ana.answer()
        ana.hears(700)
        hears(folder, 440)
        phone.enters("/hangup")
        expect(ana.current()).to_have_count(0)


def test_a_call_is_flipped_to_another_phone_however_it_came(
    server: Server, ana: Softphone, ben: Softphone, tmp_path: Path
) -> None:
    admin = Program(server.url, "admin", "Demo-admin!")
    group = {"number": "6477", "name": "Flippers", "members": ["1000"], "ring_s": 30}
    added = admin.post("/v1/ring-groups", group)
    assert added.status == 201, added.body
    connect(ana, ben)
    flip = ana.page.get_by_role("button", name="Call Flip", exact=True)
    expect(flip).to_have_count(0)
    folder = tmp_path / "desk"
    account = ";audio_codecs=pcmu"
    sound = says(folder, 1500)
    with Baresip(folder, server, "1000", "udp", account=account, config=sound) as desk:
        desk.shows("registered successfully")
        expect(flip).to_be_visible()
        assert serious_faults(ana.page) == []
        flip.click()
        desk.shows("Incoming call")
        ana.is_connected("Ben Osei")
        desk.enters("/accept")
        expect(ana.current()).to_have_count(0)
        hears(folder, 1000)
        ben.hears(1500)
        ben.press("Hang up")
        desk.shows("session closed")
        ana.is_ready()  # whose connection is lost in this moment rings no browser
        ben.call("6477")
        ana.answer()
        expect(flip).to_be_visible()
        ana.press("Hang up")
    admin.delete(f"/v1/ring-groups/{added.json()['id']}")
