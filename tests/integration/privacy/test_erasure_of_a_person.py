"""A person asks for their data, and to be forgotten: nothing of them is left anywhere."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from engage.chat.search_rules import folded
from engage.privacy.proof import Erasure, is_genuine
from engage.settings import Settings
from engage.storage.tables import call_legs, calls, contacts, metadata, queue_log, recordings
from tests.support import site as support
from tests.support.rows import filled

if TYPE_CHECKING:
    from pathlib import Path

    from engage.storage.database import Database
    from tests.support.site import Site

NAME, EMAIL, PHONE = "Wilhelmina Quaxenberg", "wilhelmina@quax.example", "+49 151 7654 3210"
DIALLED = "+4915176543210"
TRACES = (NAME, EMAIL, PHONE, DIALLED, folded(NAME), "Quaxenberg", "quaxenberg")
FORM = {"full_name": NAME, "email": EMAIL, "phone": PHONE, "consent": True}


async def begin(site: Site, **form: Any) -> tuple[str, str]:
    status, body = await site.json("POST", "/v1/livechat/demo/sessions", {**FORM, **form})
    assert status == 201, body
    return body["token"], body["conversation"]


async def end(site: Site, token: str, conversation: str) -> None:
    path = f"/v1/conversations/{conversation}/end"
    assert (await site.json("POST", path, token=token))[0] == 200


async def bring(site: Site, token: str, conversation: str) -> None:
    content = f"{NAME} lives here".encode()
    announced = {"name": f"letter of {NAME}.txt", "size": len(content)}
    _, file = await site.json("POST", "/v1/files", announced, token=token)
    path = f"/v1/files/{file['id']}"
    headers = {"upload-offset": "0", "content-type": "application/octet-stream"}
    status, _ = await site.json("PATCH", path, token=token, headers=headers, data=content)
    assert status == 200
    async with site.socket("/visitor", token) as client:
        said = {"conversation": conversation, "client_id": "f-1", "file": file["id"]}
        answer = await client.call("send", said, namespace="/visitor")
        assert answer["ok"], answer


async def a_life(site: Site, database: Database, data: Path) -> str:
    """Chats with words, a note, a file, a call that was recorded; a message left; a contact."""
    token, conversation = await begin(site)
    agent = await site.sign_in("1000")
    async with site.socket("/wave", agent) as client:
        asked = {"conversation": conversation}
        answer = await client.call("accept", asked, namespace="/wave")
        assert answer["ok"], answer
        note = {**asked, "client_id": "n-1", "text": f"{NAME} called from {DIALLED}"}
        assert (await client.call("note", note, namespace="/wave"))["ok"]
    path = f"/v1/conversations/{conversation}/events"
    words = {"client_id": "w-1", "text": f"I am {NAME}, write to {EMAIL}"}
    assert (await site.json("POST", path, words, token=token))[0] in (200, 201)
    await bring(site, token, conversation)
    await end(site, token, conversation)
    folder = Settings(data=data).recordings
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "talk.wav").write_bytes(NAME.encode())
    await database.write(lambda each: _called(each, conversation))
    return conversation


async def _called(connection: Any, conversation: str) -> None:
    """A call in the chat, and another that came by phone into a queue."""
    party = {"caller": DIALLED, "original_caller": DIALLED, "caller_name": NAME}
    for number, (ident, where) in enumerate((("c-1", conversation), ("c-2", "")), 1):
        row = filled(calls, **party, id=ident, number=number, conversation=where)
        await connection.execute(insert(calls).values(row))
        own = {"call": ident, "role": "caller", "party": DIALLED, "name": NAME, "target": DIALLED}
        await connection.execute(insert(call_legs).values(filled(call_legs, **own)))
    sound = {
        "id": "r-1", "call": "c-1", "file": "talk.wav", "recorded_at_ms": 1, "seconds": 3.0,
        "caller": DIALLED, "caller_name": NAME, "callee": "1000", "callee_name": "Ana Costa",
    }  # fmt: skip
    await connection.execute(insert(recordings).values(sound))
    entered = {
        "seq": 1, "part": 0, "at_ms": 1, "call": "c-2", "queue": "6500", "agent": "",
        "verb": "ENTERQUEUE",
        "data1": "", "data2": DIALLED, "data3": "1", "data4": NAME, "data5": "",
    }  # fmt: skip
    await connection.execute(insert(queue_log).values(entered))
    saved = {
        "id": "k-1", "extension": "1000", "name": NAME, "email": EMAIL.upper(), "phone": PHONE,
        "company": "", "note": "", "made_by": "1000", "changed_at_ms": 1,
    }  # fmt: skip
    await connection.execute(insert(contacts).values(saved))


async def said_in_tables(database: Database) -> dict[str, int]:
    """Rows that hold a trace, table by table."""
    found: dict[str, int] = {}
    async with database.read() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                line = json.dumps([str(each) for each in row], ensure_ascii=False)
                if any(trace in line for trace in TRACES):
                    found[table.name] = found.get(table.name, 0) + 1
    return found


def said_in_files(folder: Path) -> list[str]:
    """Files of the data folder that hold a trace."""
    traces = [each.encode() for each in TRACES]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(trace in path.read_bytes() for trace in traces)
    ]


async def test_a_person_is_found_told_and_erased_with_proof(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    """chatwoot#947, #5109: erasure was asked for in vain."""
    async with support.site(tmp_path, database=database_url) as site:
        await found_told_and_erased(site, database, tmp_path)


async def found_told_and_erased(site: Site, database: Database, data: Path) -> None:
    admin = await site.sign_in("admin", "Demo-admin!")
    conversation = await a_life(site, database, data)
    other_token, other = await begin(
        site, full_name="Otto", email="otto@example.test", phone="+49 30 1"
    )
    assert (await said_in_tables(database)).keys() >= {"visitor", "event", "call", "contact"}
    assert said_in_files(data)

    by_number = {"by": "phone", "value": DIALLED}
    status, seen = await site.json("POST", "/v1/persons/search", by_number, token=admin)
    assert status == 200, seen
    assert [each["name"] for each in seen["visitors"]] == [NAME]
    counts = {name: many for name, many in seen["counts"].items() if many}
    assert counts == {
        "visitors": 1, "conversations": 1, "consents": 1, "files": 1, "calls": 1,
        "recordings": 1, "visits": 1, "contacts": 1, "calls_by_number": 2,
    }  # fmt: skip

    headers = {"authorization": f"Bearer {admin}"}
    export = f"{site.url}/v1/persons/export"
    async with site.http.post(export, json=by_number, headers=headers) as response:
        assert response.status == 200
        archive = zipfile.ZipFile(io.BytesIO(await response.read()))
    assert archive.testzip() is None
    names = archive.namelist()
    [chat] = [each for each in names if each.startswith("chats/") and each.endswith(".json")]
    told = json.loads(archive.read(chat))
    assert told["consent"]["text_hash"]
    assert f"I am {NAME}, write to {EMAIL}" in [each.get("text") for each in told["said"]]
    [letter] = [each for each in names if each.startswith("files/")]
    assert archive.read(letter) == f"{NAME} lives here".encode()
    assert archive.read("recordings/talk.wav") == NAME.encode()
    assert json.loads(archive.read("calls.json"))[0]["id"] == "c-1"

    wrong = {**by_number, "confirm": "somebody"}
    assert (await site.json("POST", "/v1/persons/erase", wrong, token=admin))[0] == 422
    confirmed = {**by_number, "confirm": DIALLED}
    status, proof = await site.json("POST", "/v1/persons/erase", confirmed, token=admin)
    assert status == 200, proof
    assert proof["removed"]["conversations"] == 1
    assert (proof["still_named_in"], proof["genuine"]) == ({}, True)
    erasure = Erasure(proof["id"], 0, proof["document"], proof["signature"])
    assert is_genuine(erasure, proof["public_key"])

    assert await said_in_tables(database) == {}
    assert said_in_files(data) == []
    assert (await site.json("POST", "/v1/persons/search", by_number, token=admin))[0] == 404
    assert (await site.json("GET", f"/v1/livechat-records/{conversation}", token=admin))[0] == 404
    _, listed = await site.json("GET", "/v1/erasures", token=admin)
    assert [each["id"] for each in listed["items"]] == [proof["id"]]
    _, kept = await site.json("GET", f"/v1/livechat-records/{other}", token=admin)
    assert kept["visitor"]["name"] == "Otto"
    await end(site, other_token, other)
    async with database.read() as connection:
        assert len((await connection.execute(select(calls.c.id))).all()) == 2
