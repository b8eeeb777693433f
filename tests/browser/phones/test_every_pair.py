"""Wave, a baresip in clear, one with keys, linphonec: each pair does everything with its calls.

Who hears whom is told by tones. The third who takes part is of another kind than both.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.program import Program
from tests.support.server import wait_until
from tests.support.sipp_trunk import SippTrunk
from tests.support.stations import DeskPhone, Linphonec, Station, Wave, talk
from tests.support.tone import read_sound, sounds
from tests.support.ucm import settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext

    from tests.support.server import Server

pytestmark = [
    pytest.mark.soak,  # at the mercy of the phones' own timers
    pytest.mark.timeout(600),
]
KINDS = ("wave", "plain", "secret", "linphonec")
OPUS = ";mediaenc=srtp-mand;audio_codecs=opus/48000/2"
SPOKEN_S = 4
TRUNK_HZ = 1700


class Office:
    """Everybody at work, and an administrator."""

    def __init__(self, server: Server, stations: dict[str, Station]) -> None:
        self.server, self.stations = server, stations
        self.admin = Program(server.url, "admin", "Demo-admin!")
        lot = {"name": "Pairs", "number": "730", "first_slot": "731", "last_slot": "733"}
        assert self.admin.post("/v1/parking-lots", lot).status == 201
        for each in stations.values():
            changed = self.admin.patch(f"/v1/extensions/{each.number}", {"auto_record": "all"})
            assert changed.status == 200, changed.body
        settled(server, self.admin)

    def trio(self, one: str, other: str) -> tuple[Station, Station, Station]:
        """A pair, and a third of another kind."""
        third = next(kind for kind in ("plain", "wave", "secret") if kind not in (one, other))
        return self.stations[one], self.stations[other], self.stations[third]

    def hang_up(self) -> None:
        """End whatever a test has left."""

        def live() -> list[dict[str, Any]]:
            return list(self.admin.get("/v1/calls/live").json()["items"])

        for each in live():
            self.admin.post(f"/v1/calls/live/{each['id']}/hang-up", {})
        wait_until(lambda: live() == [], 20, "the end of all calls")
        for station in self.stations.values():
            station.forget()

    def recorded(self, one: Station, other: Station, folder: Path) -> bool:
        """Whether the last talk of a pair is played with both voices."""
        found: list[dict[str, Any]] = self.admin.get("/v1/recordings?limit=500").json()["items"]
        pair = {one.number, other.number}
        for each in found:
            if {each["caller"], each["callee"]} == pair and each["seconds"]:
                sound = self.admin.get(f"/v1/recordings/{each['id']}/sound")
                (folder / "recording.wav").write_bytes(sound.body)
                samples, rate = read_sound(folder / "recording.wav")
                samples = samples if samples.ndim == 1 else samples.max(axis=1)
                return all(sounds(samples, hz, rate) > 0.2 for hz in (one.hz, other.hz))
        return False


@pytest.fixture(scope="module")
def everybody(
    server: Server, browser_process: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")

    def context(**options: Any) -> BrowserContext:
        return stack.enter_context(browser_process.new_context(locale="en-GB", **options))

    with ExitStack() as stack:
        plain = DeskPhone(server, folder / "1001", "1001", 700, "udp", ";audio_codecs=pcma")
        secret = DeskPhone(
            server, folder / "1002", "1002", 1000, "tls", OPUS, rate=48_000, channels=2
        )
        linphonec = Linphonec(server, folder / "1003", "1003", 1300, watches="1001")
        for each in plain, secret, linphonec:
            stack.enter_context(each.program)
        for phone in plain, secret:
            phone.program.shows("registered successfully")
        linphonec.ready()
        wave = Wave(context, server, "1000", 440)
        stations = (wave, plain, secret, linphonec)
        yield Office(server, dict(zip(KINDS, stations, strict=True)))


@pytest.fixture
def office(everybody: Office) -> Iterator[Office]:
    """No call is up before and after."""
    yield everybody
    everybody.hang_up()


def in_a_call(one: Station, other: Station) -> None:
    """The one calls the other, and both talk."""
    one.call(other.number)
    other.rings()
    other.answer()
    talk(one, other)


def taken(third: Station, other: Station) -> None:
    """The third takes a call that the other was handed on by."""
    third.rings()
    third.answer()
    talk(third, other)


PAIRS = pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wave", "plain"), ("plain", "linphonec"), ("plain", "secret"),
        ("secret", "linphonec"), ("linphonec", "wave"), ("wave", "secret"),
    ],
)  # fmt: skip
"""Each with each, and each kind in either part."""


@PAIRS
def test_a_pair_talks_holds_and_hands_on(
    office: Office, tmp_path: Path, one: str, other: str
) -> None:
    """Hold, a call that waits, transfer at once and after asking; what was said is played."""
    caller, callee, third = office.trio(one, other)
    in_a_call(caller, callee)
    caller.hold()
    callee.hears_no_more(caller.hz)
    caller.resume()
    keep = (one, other) != ("plain", "secret")  # neither baresip keeps what it hears after that
    if keep:
        talk(caller, callee)
    caller.hang_up()
    in_a_call(caller, callee)
    third.call(callee.number)
    taken(callee, third)
    third.hang_up()
    callee.resume()
    callee.speak()
    if keep:
        caller.hears(callee.hz)
    caller.hang_up()
    in_a_call(caller, callee)
    caller.transfer(third.number)
    taken(third, callee)
    third.hang_up()
    in_a_call(caller, callee)
    caller.ask(third.number)
    taken(third, caller)
    caller.connect()
    talk(third, callee)
    third.hang_up()
    wait_until(lambda: office.recorded(caller, callee, tmp_path), 20, "a recording of both")


@PAIRS
def test_a_pair_parks_picks_up_and_leaves_messages(office: Office, one: str, other: str) -> None:
    """A slot, a call that rings elsewhere, and a message that is found by keys and heard."""
    caller, callee, third = office.trio(one, other)
    in_a_call(caller, callee)
    caller.transfer("730")
    callee.hears_no_more(caller.hz)
    third.call("731")
    talk(third, callee)
    third.hang_up()
    third.call(callee.number)
    callee.rings()
    caller.call(f"**{callee.number}")
    talk(caller, third)
    caller.hang_up()
    user = Program(office.server.url, callee.number, f"Demo-{callee.number}!")

    def messages() -> list[dict[str, Any]]:
        return [
            each for each in user.get("/v1/me/voicemail").json()["items"]
            if each["folder"] == "new"
        ]  # fmt: skip

    caller.call(f"*{callee.number}")
    time.sleep(3)  # the greeting begins
    caller.press("#")
    caller.speak()
    time.sleep(SPOKEN_S)  # what is recorded is time
    caller.hang_up()
    wait_until(lambda: len(messages()) == 1, 20, "a message")
    callee.call("*97")
    time.sleep(3)  # the menu begins
    callee.press("1")
    callee.hears(caller.hz)
    wait_until(lambda: messages() == [], 20, "a message that is heard")
    callee.hang_up()


@pytest.mark.parametrize("kind", KINDS)
def test_a_trunk_is_held_handed_on_parked_and_picked_up(
    office: Office, tmp_path: Path, kind: str
) -> None:
    """Who calls the provider, SIPp, hears himself; the provider says a tone when he calls."""
    phone, _, third = office.trio(kind, kind)
    with SippTrunk(office.server, tmp_path / "sipp", TRUNK_HZ, third.number) as trunk:

        def outside() -> None:
            phone.call("8123")
            phone.speak()
            phone.hears(phone.hz)

        def taken_outside() -> None:
            third.speak()
            third.hears(third.hz)
            third.hang_up()

        with trunk.echoes():
            outside()
            phone.hold()
            phone.resume()
            phone.speak()
            if not phone.echoes:
                phone.hears(phone.hz)
            phone.transfer(third.number)
            third.rings()
            third.answer()
            taken_outside()
        with trunk.echoes():
            outside()
            phone.ask(third.number)
            third.rings()
            third.answer()
            talk(third, phone)
            phone.connect()
            taken_outside()
        with trunk.echoes():
            outside()
            phone.transfer("730")
            third.call("731")
            taken_outside()
        with trunk.calls(third.number):
            third.rings()
            phone.call(f"**{third.number}")
            phone.speak()
            phone.hears(TRUNK_HZ)
            phone.hang_up()
