"""What programs are told on `/websockify` of trunks, presence, bans and the machine."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aiohttp

from tests.integration.api.conftest import PASSWORD, USER
from tests.support.event_socket import EventSocket

if TYPE_CHECKING:
    from tests.support.program import Program
    from tests.support.server import Server
    from tests.support.ucm import UcmClient


async def test_trunks_presence_and_the_machine_are_told(
    server: Server, admin: Program, api: UcmClient
) -> None:
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        socket = await EventSocket.open(http, server.https_port, USER, PASSWORD)
        names = ("TrunkStatus", "PresenceStatus/1000", "PbxStatus", "VoiceMailStatus")
        await socket.subscribe(*names, "ConferenceStatus", "ResourceUsageStatus")
        await socket.until("PresenceStatus", extension="1000", presence_status="available")
        figures = await socket.until("PbxStatus", "fail2ban", calls_num=0)
        assert figures.keys() == {
            *("calls_num", "extension_register", "meetroom_inuse", "parking_inuse", "fail2ban"),
            *("trunk_total", "trunk_available"),
            *("dynamic_defense", "regular_backup", "auto_clean"),
        }
        usage = await socket.until("ResourceUsageStatus", "memory")
        assert usage["memory"] > 0

        def change() -> None:
            new = {"name": "Told", "kind": "peer", "host": "127.0.0.1", "port": 9}
            answer = admin.post("/v1/trunks", {**new, "heartbeat_detection": True})
            assert answer.status == 201, answer.body
            asked = {"extension": "1000", "presence_status": "away"}
            assert api.ask("updateSIPAccount", **asked).status == 0

        await asyncio.to_thread(change)
        told = await socket.until("TrunkStatus", trunk_name="Told")
        assert (told["trunk_type"], told["technology"]) == ("peer", "SIP")
        listed = await asyncio.to_thread(api.ask, "listVoIPTrunk")
        indexes = {
            each["trunk_name"]: each["trunk_index"] for each in listed.response["voip_trunk"]
        }
        assert told["trunk_index"] == indexes["Told"]
        await socket.until("PresenceStatus", extension="1000", presence_status="away")
        assert {row["extension"] for name, row in socket.told if name == "PresenceStatus"} == {
            "1000"
        }
        await socket.until("PbxStatus", trunk_total=1)


async def test_a_session_that_ended_elsewhere_is_told_nothing_more(
    server: Server, admin: Program, api: UcmClient
) -> None:
    def present(status: str) -> None:
        asked = {"extension": "1001", "presence_status": status}
        assert api.ask("updateSIPAccount", **asked).status == 0

    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        new = {"user": "listener", "password": PASSWORD, "permitted": ["127.0.0.0/8"]}
        made = await asyncio.to_thread(admin.post, "/v1/api-users", new)
        assert made.status == 201, made.body
        gone = await EventSocket.open(http, server.https_port, "listener", PASSWORD)
        stays = await EventSocket.open(http, server.https_port, USER, PASSWORD)
        for socket in (gone, stays):
            await socket.subscribe("PresenceStatus/1001")
            await socket.until("PresenceStatus", presence_status="available")
        ended = await asyncio.to_thread(admin.delete, f"/v1/api-users/{made.json()['id']}")
        assert ended.status == 204, ended.body
        await asyncio.to_thread(present, "away")
        await stays.until("PresenceStatus", presence_status="away")
        answer = await gone.ask("challenge", username="listener", version="1")
        assert answer["action"] == "challenge"
        assert [row["presence_status"] for _, row in gone.told] == ["available"]
