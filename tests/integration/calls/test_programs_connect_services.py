"""Programs connect who is outside with services, ask before they listen, and play sounds."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.calls.test_programs_direct_calls import answered, asked, channels, program
from tests.integration.calls.test_services import add_menu, add_prompt
from tests.support.program import Program
from tests.support.provider import Provider, dialled, provider
from tests.support.tone import Voice, write_tone
from tests.support.voice_phone import hear, phone, talk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.server import Server
    from tests.support.ucm import UcmClient

__all__ = ["program", "provider"]


@pytest.fixture
def admin(server: Server) -> Program:
    return Program(server.url, "admin", "Demo-admin!")


async def test_who_is_asked_agrees_by_a_key_before_a_supervisor_hears_him(
    server: Server, program: UcmClient
) -> None:
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001", "1002")]
        ours, theirs, third = (stack.enter_context(Voice(hz)) for hz in (440, 1000, 2000))
        call, came = await talk(server, (agents[0], ours), (agents[1], theirs), "1001")
        barge = {"channel": (await channels(program))["1001"], "exten": "1001", "mode": "B"}
        assert await asked(program, "callbarge", **barge, **{"barge-exten": "1002@1"}) == 0
        supervisor = await answered(agents[2], third)
        await hear((ours, 1000))
        await came.press("1")
        await asyncio.gather(
            asyncio.to_thread(third.hears_all, 440, 1000),
            asyncio.to_thread(ours.hears_all, 1000, 2000),
            asyncio.to_thread(theirs.hears_all, 440, 2000),
        )
        await supervisor.hang_up()
        await call.hang_up()
        await came.ended()


async def test_who_is_outside_is_connected_with_a_menu_and_a_group(
    provider: Provider, program: UcmClient, admin: Program, tmp_path: Path
) -> None:
    level = "internal-local-national-international"
    ways = [{"trunk": provider.trunk, "strip": 1}]
    path = provider.route("outbound", name="Out", patterns="_9X.", ways=ways, permission=level)
    prompt = add_prompt(provider.pair.server, admin, tmp_path, "MenuTone", 700)
    menu = add_menu(admin, prompts=[prompt])
    ring = {"name": "Desk", "number": "6410", "members": ["1001"], "strategy": "simultaneously"}
    group = admin.post("/v1/ring-groups", ring)
    assert group.status == 201, group.body
    provider.pair.settled()
    with Voice(440) as ours, Voice(1000) as theirs:
        wanted: dict[str, Any] = {"outcaller": "9111"}
        assert await asked(program, "dialIVROutbound", ivrnumber="7000", **wanted) == 0
        outside = await answered(provider.agent, ours)
        assert dialled(outside) == "111"
        await asyncio.to_thread(ours.hears, 700)
        await outside.hang_up()
        assert await asked(program, "dialIVROutbound", caller="9112", ivrnumber="7000") == 0
        outside = await answered(provider.agent, ours)
        await outside.hang_up()
        assert await asked(program, "dialRinggroup", ringgroup="6410", **wanted) == 0
        outside = await answered(provider.agent, ours)
        inside = await answered(provider.pair.callee, theirs)
        await hear((ours, 1000), (theirs, 440))
        await inside.hang_up()
        await outside.ended()
        assert await asked(program, "dialRinggroup", outcaller="9111") == -1
    provider.remove(path)
    for each in (
        f"/v1/ivrs/{menu['id']}",
        f"/v1/ring-groups/{group.json()['id']}",
        f"/v1/custom-prompts/{prompt}",
    ):
        assert admin.delete(each).status == 204


async def test_a_spoken_name_is_played_to_groups(
    server: Server, program: UcmClient, admin: Program
) -> None:
    both = {"members": ["1000", "1001"], "strategy": "simultaneously"}
    added = admin.post("/v1/ring-groups", {"name": "Two", "number": "6411", **both})
    assert added.status == 201, added.body
    unspoken = {"type": "name_voice", "variable": "1002", "channel": "1000"}
    assert await asked(program, "playPromptByOrg", **unspoken) == -16
    spoken = server.data / "voicemail" / "1002" / "greeting" / "name.wav"
    spoken.parent.mkdir(parents=True, exist_ok=True)
    write_tone(spoken, 900, seconds=20)
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = (stack.enter_context(Voice(hz)) for hz in (440, 1000))
        everyone = [{"exten_type": "ringgroup", "extension": "6411"}]
        wanted = {"type": "name_voice", "variable": "1002", "specified_channel": everyone}
        assert await asked(program, "playPromptByOrg", **wanted) == 0
        first, second = await answered(agents[0], ours), await answered(agents[1], theirs)
        await asyncio.gather(
            asyncio.to_thread(ours.hears, 900), asyncio.to_thread(theirs.hears, 900)
        )
        await asyncio.gather(first.hang_up(), second.hang_up())
    nobody = [{"exten_type": "ringgroup", "extension": "6499"}]
    wanted = {"type": "name_voice", "variable": "1002", "specified_channel": nobody}
    assert await asked(program, "playPromptByOrg", **wanted) == -16
    assert admin.delete(f"/v1/ring-groups/{added.json()['id']}").status == 204


async def test_a_program_lets_an_extension_page_a_group_and_ends_it(
    server: Server, program: UcmClient, admin: Program
) -> None:
    group = {"name": "Hall", "number": "6711", "members": ["1001"], "type": "two_way"}
    added = admin.post("/v1/paging-groups", group)
    assert added.status == 201, added.body
    async with AsyncExitStack() as stack:
        agents = [await phone(stack, server, each) for each in ("1000", "1001")]
        ours, theirs = (stack.enter_context(Voice(hz)) for hz in (440, 1000))
        page = {"pagingnum": "6711", "caller": "1000"}
        assert await asked(program, "MulticastPaging", **page) == 0
        first, second = await answered(agents[0], ours), await answered(agents[1], theirs)
        await asyncio.to_thread(theirs.hears, 440)
        assert await asked(program, "MulticastPagingHangup", pagingnum="6711") == 0
        await asyncio.gather(first.ended(), second.ended())
    assert await asked(program, "MulticastPagingHangup", pagingnum="6711") == -16
    assert await asked(program, "MulticastPaging", pagingnum="6711", caller="1999") == -16
    assert admin.delete(f"/v1/paging-groups/{added.json()['id']}").status == 204


async def test_music_is_played_by_the_names_of_its_class_and_its_own(
    server: Server, program: UcmClient, admin: Program, tmp_path: Path
) -> None:
    added = admin.post("/v1/music-classes", {"name": "Lounge", "order": "alphabetical"})
    assert added.status == 201, added.body
    path = f"/v1/music-classes/{added.json()['id']}"
    sound = write_tone(tmp_path / "slow.wav", 620, seconds=20).read_bytes()
    assert admin.send("POST", f"{path}/files?name=Slow", sound, "audio/wav").status == 201
    music = {"type": "moh", "variable": "Slow", "channel": "1000"}
    assert await asked(program, "playPromptByOrg", **music) == -16  # the default class has none
    assert await asked(program, "playPromptByOrg", **music | {"class": "Nothing"}) == -16
    async with AsyncExitStack() as stack:
        agent = await phone(stack, server, "1000")
        voice = stack.enter_context(Voice(440))
        assert await asked(program, "playPromptByOrg", **music | {"class": "Lounge"}) == 0
        came = await answered(agent, voice)
        await asyncio.to_thread(voice.hears, 620)
        await came.hang_up()
    assert admin.delete(path).status == 204
