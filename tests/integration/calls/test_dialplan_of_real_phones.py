"""The dialplan as baresip and SIPp meet it: routes, modes, speed dials, the blacklist."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.baresip import Baresip
from tests.support.program import Program
from tests.support.server import free_port, wait_until
from tests.support.tone import says
from tests.support.ucm import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.server import Server

SCENARIOS = Path(__file__).parents[2] / "support" / "sipp"
FIRST, SECOND = "127.0.0.2", "127.0.0.3"
FAR = "internal-local-national-international"


class Sipp:
    """One run of SIPp at an address of its own; what passes is written down."""

    def __init__(self, process: asyncio.subprocess.Process, trace: Path) -> None:
        self._process, self._trace = process, trace

    @classmethod
    async def run(cls, folder: Path, scenario: str, host: str, port: int, *more: str) -> Sipp:
        await asyncio.to_thread(folder.mkdir, exist_ok=True)
        trace = folder / f"{scenario}-{host}.log"
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "sipp", "-sf", str(SCENARIOS / f"{scenario}.xml")),
            *("-nostdin", "-i", host, "-mi", host, "-p", str(port), "-m", "1", "-timeout", "30"),
            *("-trace_msg", "-message_file", str(trace), *more),
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return cls(process, trace)

    async def ended(self) -> str:
        """Everything that passed, once the scenario has run to its end."""
        assert await self._process.wait() == 0
        return self._trace.read_text()

    async def refused(self, status: int) -> None:
        """The scenario met this status in place of an answer."""
        assert await self._process.wait() == 1
        assert f"SIP/2.0 {status} " in self._trace.read_text()


class House:
    """An administrator, two phones, and two trunks to where SIPp listens."""

    def __init__(self, server: Server, folder: Path, stack: ExitStack) -> None:
        self.server, self.folder = server, folder
        self.admin = Program(server.url, "admin", "Demo-admin!")
        self._made: list[str] = []
        self.ports = {each: free_port(udp=True) for each in (FIRST, SECOND)}
        self.trunks = {each: self._trunk(each) for each in (FIRST, SECOND)}
        self.phones = {
            each: stack.enter_context(
                Baresip(folder / each, server, each, "udp", config=says(folder / each, 440))
            )
            for each in ("1000", "1001")
        }
        for each in self.phones.values():
            each.shows("registered successfully")

    def _trunk(self, host: str) -> str:
        body = {"name": f"At {host}", "kind": "peer", "host": host, "port": self.ports[host]}
        return self.add("trunks", **body)

    def add(self, collection: str, **fields: Any) -> str:
        added = self.admin.post(f"/v1/{collection}", fields)
        assert added.status == 201, added.body
        ident = str(added.json()["id"])
        self._made.append(f"/v1/{collection}/{ident}")
        self.settled()
        return ident

    def settled(self) -> None:
        settled(self.server, self.admin)

    def close(self) -> None:
        for each in reversed(self._made):
            self.admin.delete(each)
        self.settled()

    async def listens(self, scenario: str, host: str) -> Sipp:
        return await Sipp.run(self.folder / "sipp", scenario, host, self.ports[host])

    async def calls(self, number: str, caller: str = "5551234") -> Sipp:
        to = "-s", number, "-key", "caller", caller, f"127.0.0.1:{self.server.sip_port}"
        folder = self.folder / f"to {number} {caller}".replace(" ", "-")
        return await Sipp.run(folder, "provider_uac", FIRST, self.ports[FIRST], *to)

    def dials(self, number: str) -> Baresip:
        phone = self.phones["1000"]
        phone.printed = ""
        phone.enters(f"/dial sip:{number}@127.0.0.1:{self.server.sip_port}")
        return phone

    async def taken_by(self, number: str) -> None:
        """It rings at a phone, which takes it; the other end hangs up."""
        phone = self.phones[number]
        await asyncio.to_thread(phone.shows, "Incoming call")
        phone.enters("/accept")
        await asyncio.to_thread(phone.shows, "session closed")
        phone.printed = ""


@pytest.fixture
def house(server: Server, tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        made = House(server, tmp_path, stack)
        yield made
        made.close()


async def test_a_call_goes_round_a_trunk_that_is_out_of_order(house: House) -> None:
    ways = [
        {"trunk": house.trunks[FIRST], "strip": 1},
        {"trunk": house.trunks[SECOND], "strip": 1, "prepend": "00"},
    ]
    house.add("outbound-routes", name="Out", patterns="_9X.", ways=ways, permission="internal")
    broken = await house.listens("out_of_order_uas", FIRST)
    works = await house.listens("call_uas", SECOND)
    phone = house.dials("9123")
    await asyncio.to_thread(phone.shows, "Call established")
    phone.enters("/hangup")
    assert "INVITE sip:123@" in await broken.ended()
    assert "INVITE sip:00123@" in await works.ended()


async def test_a_pin_is_asked_for_by_words_and_pressed_as_keys(house: House) -> None:
    ways = [{"trunk": house.trunks[FIRST], "strip": 1}]
    house.add("outbound-routes", name="Dear", patterns="_8X.", ways=ways, permission="internal",
              password="4711")  # noqa: S106  # fmt: skip
    provider = await house.listens("call_uas", FIRST)
    phone = house.dials("8123")
    await asyncio.to_thread(phone.shows, "Call established")  # with who asks
    for key in "4711#":
        phone.enters(key)
        await asyncio.sleep(0.2)  # as fingers do
    trace = house.folder / "sipp" / f"call_uas-{FIRST}.log"
    await asyncio.to_thread(
        wait_until, lambda: trace.exists() and "ACK sip:" in trace.read_text(), 15, "the call"
    )
    phone.enters("/hangup")
    assert "INVITE sip:123@" in await provider.ended()


async def test_a_number_and_a_caller_decide_where_a_call_comes_in(house: House) -> None:
    trunks = [house.trunks[FIRST]]
    house.add("inbound-routes", name="Main", trunks=trunks, dids="8001",
              destination={"kind": "extension", "value": "1000"})  # fmt: skip
    house.add("inbound-routes", name="Friends", trunks=trunks, dids="8001", callers="_555.",
              destination={"kind": "extension", "value": "1001"})  # fmt: skip
    for caller, taken_by in (("5551234", "1001"), ("4441234", "1000")):
        call = await house.calls("8001", caller)
        await house.taken_by(taken_by)
        await call.ended()
    await (await house.calls("8002")).refused(404)
    blocked = {"values": {"enabled": True, "blocked": "_4441."}}
    assert house.admin.patch("/v1/settings/blacklist", blocked).status == 200
    house.settled()
    await (await house.calls("8001", "4441234")).refused(486)
    values = {"values": {"enabled": False, "blocked": ""}}
    assert house.admin.patch("/v1/settings/blacklist", values).status == 200


async def test_the_clock_and_a_code_decide_where_a_call_comes_in(house: House) -> None:
    always = {"condition": 6, "hours": [{"start": "00:00", "end": "23:59"}]}
    night = {"mode": 1, "destination": {"kind": "extension", "value": "1000"}}
    never = {"condition": 3, "hours": []}
    timed = [
        {**never, "destination": {"kind": "hang_up", "value": ""}},
        {**always, "destination": {"kind": "extension", "value": "1001"}},
    ]
    main = house.add("inbound-routes", name="Main", trunks=[house.trunks[FIRST]], timed=timed,
                     modes=[night], destination={"kind": "hang_up", "value": ""})  # fmt: skip
    call = await house.calls("8001")
    await house.taken_by("1001")
    await call.ended()
    phone = house.dials("*61")
    await asyncio.to_thread(phone.shows, "session closed")

    def mode() -> int:
        return int(house.admin.get("/v1/settings/inbound_mode").json()["values"]["mode"])

    await asyncio.to_thread(wait_until, lambda: mode() == 1, 10, "mode 1")
    house.settled()
    call = await house.calls("8001", "5550000")
    await house.taken_by("1000")
    await call.ended()
    phone = house.dials("*62")
    await asyncio.to_thread(phone.shows, "session closed")
    await asyncio.to_thread(wait_until, lambda: mode() == 0, 10, "the default mode")
    path = f"/v1/inbound-routes/{main}"
    assert house.admin.patch(path, {"mode_suffix": "5"}).status == 200
    house.settled()
    phone = house.dials("*6115")
    await asyncio.to_thread(phone.shows, "session closed")

    def own_mode() -> int:
        return int(house.admin.get(path).json()["own_mode"])

    await asyncio.to_thread(wait_until, lambda: own_mode() == 1, 10, "mode 1 of the route")
    assert mode() == 0
    house.settled()
    call = await house.calls("8001", "5550000")
    await house.taken_by("1000")
    await call.ended()


async def test_a_speed_dial_rings_inside_and_outside(house: House) -> None:
    ways = [{"trunk": house.trunks[FIRST], "strip": 1}]
    house.add("outbound-routes", name="Out", patterns="_9X.", ways=ways, permission="internal")
    house.add("speed-dials", code="71", destination={"kind": "extension", "value": "1001"})
    house.add("speed-dials", code="72", destination={"kind": "external", "value": "9456"})
    phone = house.dials("71")
    inside = house.phones["1001"]
    await asyncio.to_thread(inside.shows, "Incoming call")
    inside.enters("/accept")
    await asyncio.to_thread(phone.shows, "Call established")
    phone.enters("/hangup")
    await asyncio.to_thread(inside.shows, "session closed")
    provider = await house.listens("call_uas", FIRST)
    phone = house.dials("72")
    await asyncio.to_thread(phone.shows, "Call established")
    phone.enters("/hangup")
    assert "INVITE sip:456@" in await provider.ended()
