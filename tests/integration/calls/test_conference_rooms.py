"""Five phones in a conference room hear each other; a page is heard from all phones of a group."""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from pbxcore.media.codecs.coding import decoder_for
from pbxcore.net.user_agent import Refused
from pbxcore.presence.packages.conference_info import read_roster
from pbxcore.sip.sdp.codecs import PCMU
from tests.support.baresip import Baresip
from tests.support.conference_room import there
from tests.support.messaging import eventually
from tests.support.program import Program
from tests.support.tone import Voice, hears, hears_all, read_sound, says, sounds, write_tone
from tests.support.ucm import settled
from tests.support.voice_phone import phone, port_of, session
from tests.support.watcher import Watcher

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.media.samples import Samples
    from pbxcore.net.call import AsyncCall
    from pbxcore.presence.packages.conference_info import RosterReport
    from tests.support.server import Server

TONES = {"1000": 440.0, "1001": 700.0, "1002": 1000.0, "1003": 1300.0, "1004": 1700.0}


@pytest.fixture(scope="module")
def admin(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """An administrator, who has made rooms and groups."""
    admin = Program(server.url, "admin", "Demo-admin!")
    fifth = {"number": "1004", "first_name": "Eve", "last_name": "Diaz", "sip_secret": "Sip-1004!"}
    assert admin.post("/v1/extensions", fifth).status == 201
    rooms: list[dict[str, Any]] = [
        {"name": "Open", "number": "6301", "chimes": False},
        {"name": "Board", "number": "6302", "pin": "4711", "host_pin": "2580"},
    ]
    for room in rooms:
        assert admin.post("/v1/conference-rooms", room).status == 201
    groups: list[dict[str, Any]] = [
        {"name": "All", "number": "6800", "members": ["1001", "1002"], "type": "one_way"},
        {"name": "Few", "number": "6801", "members": ["1001", "1002"], "callers": ["1003"]},
    ]
    sound = write_tone(tmp_path_factory.mktemp("prompt") / "fire.wav", 900, seconds=2)
    prompt = admin.send("POST", "/v1/custom-prompts?name=Fire", sound.read_bytes(), "audio/wav")
    assert prompt.status == 201, prompt.body
    announced = {"type": "announcement", "prompt": prompt.json()["id"], "members": ["1001"]}
    groups.append({"name": "Alarm", "number": "6802", **announced})
    for group in groups:
        assert admin.post("/v1/paging-groups", group).status == 201
    settled(server, admin)
    return admin


def uri(server: Server, number: str) -> str:
    return f"sip:{number}@127.0.0.1:{server.sip_port}"


async def test_five_phones_hear_each_other(server: Server, admin: Program, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        calls: list[AsyncCall] = []
        voices: dict[str, Voice] = {}
        for number in ("1000", "1001", "1002"):
            agent = await phone(stack, server, number)
            voices[number] = voice = stack.enter_context(Voice(TONES[number]))
            call = await agent.invite(uri(server, "6301"), session(voice))
            voice.talk(port_of(call.remote_description))
            calls.append(call)
        for number in ("1003", "1004"):
            folder = tmp_path / number
            rung = stack.enter_context(
                Baresip(folder, server, number, "udp", config=says(folder, TONES[number]))
            )
            await asyncio.to_thread(rung.shows, "registered successfully")
            rung.enters(f"/dial {uri(server, '6301')}")
            await asyncio.to_thread(rung.shows, "Call established")

        def others(number: str) -> list[float]:
            return [hz for each, hz in TONES.items() if each != number]

        await asyncio.gather(
            *(asyncio.to_thread(voice.hears_all, *others(at)) for at, voice in voices.items()),
            *(
                asyncio.to_thread(hears_all, tmp_path / at, TONES[at], *others(at))
                for at in ("1003", "1004")
            ),
        )
        shown = admin.get("/v1/conferences/6301").json()
        assert [each["number"] for each in shown["participants"]] == list(TONES)
        # Whoever is muted is heard no more, and whoever is removed is gone.
        one = f"/v1/conferences/6301/participants/{shown['participants'][1]['leg']}"
        assert admin.patch(one, {"muted": True}).json()["participants"][1]["muted"]
        await asyncio.to_thread(voices["1000"].hears_all, 1000, 1300, 1700)
        await eventually(
            lambda: asyncio.to_thread(lambda: sounds_little(voices["1000"], TONES["1001"]))
        )
        assert admin.delete(one).status == 204
        await calls[1].ended()
        assert admin.delete(one).status == 404
        for call in (calls[0], calls[2]):
            await call.hang_up()


def sounds_little(voice: Voice, hz: float) -> bool:
    """Whether a tone is not among what came last."""
    tail = np.array(voice.received[-voice.rate // 2 :], np.int16)
    return sounds(tail, hz, voice.rate) < 0.3


async def test_a_room_asks_for_its_pin_and_is_locked(server: Server, admin: Program) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 1000)]
        for agent, voice, pin in zip(agents, voices, ("2580#", "4711#"), strict=True):
            call = await agent.invite(uri(server, "6302"), session(voice))
            voice.talk(port_of(call.remote_description))
            for key in pin:
                await call.press(key)
        await asyncio.gather(
            asyncio.to_thread(voices[0].hears, 1000), asyncio.to_thread(voices[1].hears, 440)
        )
        shown = admin.get("/v1/conferences/6302").json()
        assert [each["host"] for each in shown["participants"]] == [True, False]
        assert admin.patch("/v1/conferences/6302", {"locked": True}).json()["locked"]
        stranger = await phone(stack, server, "1002")
        call = await stranger.invite(uri(server, "6302"), session(voices[1]))
        for key in "4711#":
            await call.press(key)
        await call.ended()


async def test_rooms_are_linked_by_keys(server: Server, admin: Program, tmp_path: Path) -> None:
    """A host links another room, with a baresip in it, and drops it again."""
    async with AsyncExitStack() as stack:
        agents = {each: await phone(stack, server, each) for each in ("1000", "1001")}
        host, guest = (stack.enter_context(Voice(TONES[each])) for each in agents)
        call = await agents["1000"].invite(uri(server, "6302"), session(host))
        host.talk(port_of(call.remote_description))
        other = await agents["1001"].invite(uri(server, "6301"), session(guest))
        guest.talk(port_of(other.remote_description))
        folder = tmp_path / "1003"
        rung = stack.enter_context(
            Baresip(folder, server, "1003", "udp", config=says(folder, TONES["1003"]))
        )
        await asyncio.to_thread(rung.shows, "registered successfully")
        rung.enters(f"/dial {uri(server, '6301')}")
        await asyncio.to_thread(rung.shows, "Call established")
        for key in "2580#":
            await call.press(key)
        await eventually(lambda: asyncio.to_thread(lambda: there(admin, "6302") == ["1000"]))
        for key in "*26301#":
            await call.press(key)
        await asyncio.gather(
            asyncio.to_thread(host.hears_all, TONES["1001"], TONES["1003"]),
            asyncio.to_thread(guest.hears_all, TONES["1000"], TONES["1003"]),
            asyncio.to_thread(hears_all, folder, TONES["1003"], TONES["1000"], TONES["1001"]),
        )
        assert admin.get("/v1/conferences/6301").json()["linked"] == ["6302"]
        for key in "*3":
            await call.press(key)
        for voice, gone in ((host, "1001"), (guest, "1000")):
            await eventually(
                lambda: asyncio.to_thread(sounds_little, voice, TONES[gone]),  # noqa: B023 - at once
                timeout_s=10,
            )
        await asyncio.to_thread(guest.hears_all, TONES["1003"])
        await call.hang_up()
        await other.hang_up()


async def test_a_phone_watches_who_is_in_a_room(server: Server, admin: Program) -> None:
    """RFC 4575 and 4579: `isfocus` in the answer, the roster by NOTIFY, one called by REFER."""
    async with AsyncExitStack() as stack:
        watcher = Watcher("1003", "Sip-1003!", ("127.0.0.1", server.sip_port))
        lamp = await stack.enter_async_context(watcher)
        assert await lamp.register() == 200
        answer, _ = await lamp.subscribe("conference", "6301")
        assert answer.status == 200

        def reports() -> list[RosterReport]:
            found = [each for each in lamp.notices if each.get("Event") == "conference"]
            return [read_roster(each.body.encode()) for each in found]

        await lamp.until(lambda: bool(reports()))
        assert (reports()[0].full, reports()[0].present) == (True, {})
        agent, invited = [await phone(stack, server, each) for each in ("1000", "1002")]
        voice = stack.enter_context(Voice(440))
        call = await agent.invite(uri(server, "6301"), session(voice))
        focus = f"sip:6301@127.0.0.1:{server.sip_port}"
        assert call.call.dialog.remote_target == focus.encode()
        ours, theirs = "sip:1000@127.0.0.1", "sip:1002@127.0.0.1"
        await lamp.until(lambda: ours in reports()[-1].present)
        assert not reports()[-1].full
        assert [each.invited for each in reports()[-1].present[ours].endpoints] == [False]
        call.call.refer(b"<%b>" % uri(server, "1002").encode(), lambda progress: None)
        came = await invited.next_call()
        await came.accept(session(voice, 0))
        await lamp.until(lambda: theirs in reports()[-1].present)
        assert [each.invited for each in reports()[-1].present[theirs].endpoints] == [True]
        await call.hang_up()
        await came.hang_up()
        await lamp.until(lambda: {ours, theirs} <= {one for each in reports() for one in each.gone})
        assert [each.version for each in reports()] == [
            reports()[0].version + at for at in range(len(reports()))
        ]
        refused, _ = await lamp.subscribe("conference", "1001")
        assert refused.status == 404


async def test_somebody_is_invited(server: Server, admin: Program) -> None:
    async with AsyncExitStack() as stack:
        invited = await phone(stack, server, "1002")
        voice = stack.enter_context(Voice(440))
        path = "/v1/conferences/6301/participants"
        assert admin.post(path, {"number": "1002"}).status == 202
        came = await invited.next_call()
        await came.accept(session(voice, 0))

        def there() -> bool:
            people = admin.get("/v1/conferences/6301").json()["participants"]
            return [each["number"] for each in people] == ["1002"]

        await eventually(lambda: asyncio.to_thread(there))
        await came.hang_up()
        assert admin.post(path, {"number": "77777"}).status == 404


async def test_a_page_is_heard_from_all_phones(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    """One answers because the INVITE says so, the other, a baresip, always."""
    async with AsyncExitStack() as stack:
        caller, told = [await phone(stack, server, each) for each in ("1000", "1001")]
        folder = tmp_path / "1002"
        baresip = stack.enter_context(
            Baresip(
                folder,
                server,
                "1002",
                "udp",
                account=";answermode=auto",
                config=says(folder, 1500),
            )
        )
        await asyncio.to_thread(baresip.shows, "registered successfully")
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = await caller.invite(uri(server, "6800"), session(ours))
        ours.talk(port_of(call.remote_description))
        came = await told.next_call()
        request = getattr(came.call, "request", None)
        assert request is not None
        assert b"answer-after=0" in request.get(b"call-info")
        assert b"info=alert-autoanswer" in request.get(b"alert-info")
        await came.accept(session(theirs, 0))
        theirs.talk(port_of(came.remote_description))
        await asyncio.gather(
            asyncio.to_thread(theirs.hears, 440), asyncio.to_thread(hears, folder, 440)
        )
        await asyncio.to_thread(ours.hears_nothing)
        await call.hang_up()
        await came.ended()
        await asyncio.to_thread(baresip.shows, "session closed")
        with pytest.raises(Refused) as refused:
            await caller.invite(uri(server, "6801"), session(ours))
        assert refused.value.status == 403


async def test_an_announcement_is_heard_and_ends_by_itself(server: Server, admin: Program) -> None:
    async with AsyncExitStack() as stack:
        caller, told = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = stack.enter_context(Voice(440)), stack.enter_context(Voice(1000))
        call = await caller.invite(uri(server, "6802"), session(ours))
        came = await told.next_call()
        await came.accept(session(theirs, 0))
        await asyncio.to_thread(theirs.hears, 900)
        await came.ended()
        await call.ended()
    [prompt] = admin.get("/v1/custom-prompts").json()["items"]
    kept = admin.delete(f"/v1/custom-prompts/{prompt['id']}")
    assert (kept.status, "Alarm" in kept.body.decode()) == (409, True)


async def test_a_room_is_recorded_and_its_volume_changed(
    server: Server, admin: Program, tmp_path: Path
) -> None:
    room = {"name": "Minutes", "number": "6303", "chimes": False, "auto_record": True}
    assert admin.post("/v1/conference-rooms", room).status == 201
    settled(server, admin)
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        voices = [stack.enter_context(Voice(hz)) for hz in (440, 1000)]
        calls = []
        for agent, voice in zip(agents, voices, strict=True):
            call = await agent.invite(uri(server, "6303"), session(voice))
            voice.talk(port_of(call.remote_description))
            calls.append(call)
        await asyncio.gather(
            asyncio.to_thread(voices[0].hears, 1000), asyncio.to_thread(voices[1].hears, 440)
        )
        before = loudness(voices[0])
        for key in "*4*4":
            await calls[0].press(key)
        await eventually(lambda: asyncio.to_thread(lambda: loudness(voices[0]) < before / 2))
        for call in calls:
            await call.hang_up()

    def recorded() -> list[dict[str, Any]]:
        found = admin.get("/v1/recordings").json()["items"]
        return [each for each in found if "meetme" in str(each.get("file", "")) and each["seconds"]]

    await eventually(lambda: asyncio.to_thread(lambda: bool(recorded())))
    sound = admin.get(f"/v1/recordings/{recorded()[0]['id']}/sound")
    assert sound.status == 200
    path = tmp_path / "room.wav"
    path.write_bytes(sound.body)
    samples, rate = read_sound(path)
    assert all(sounds(samples[-2 * rate :], hz, rate) > 0.5 for hz in (440, 1000))


def loudness(voice: Voice) -> float:
    """How loud the last half second was."""
    tail = np.array(voice.received[-voice.rate // 2 :], np.float32)
    return float(np.sqrt(np.mean(tail * tail)))


async def test_a_page_is_sent_to_a_multicast_group(server: Server, admin: Program) -> None:
    group = {"name": "Speakers", "number": "6804", "type": "multicast"}
    for address in "192.0.2.1", "224.0.0.13":
        wrong = admin.post("/v1/paging-groups", group | {"multicast_address": address})
        assert list(wrong.json()["error"]["fields"]) == ["multicast_address"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        speaker.bind(("", 0))
        group_here = socket.inet_aton("239.11.10.11") + socket.inet_aton("127.0.0.1")
        speaker.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group_here)
        speaker.settimeout(10)
        port = speaker.getsockname()[1]
        where = {"multicast_address": "239.11.10.11", "multicast_port": port}
        assert admin.post("/v1/paging-groups", group | where).status == 201
        settled(server, admin)
        async with AsyncExitStack() as stack:
            caller = await phone(stack, server, "1000")
            voice = stack.enter_context(Voice(440))
            call = await caller.invite(uri(server, "6804"), session(voice))
            voice.talk(port_of(call.remote_description))
            heard = await asyncio.to_thread(decoded, speaker, 100)
            assert sounds(heard[-4000:], 440) > 0.8
            await call.hang_up()


def decoded(speaker: socket.socket, packets: int) -> Samples:
    """What so many packets of G.711 sound like."""
    decoder = decoder_for(PCMU.codec)
    return np.concatenate([decoder.decode(speaker.recv(2000)[12:]) for _ in range(packets)])
