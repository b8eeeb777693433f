"""Faxes from the number that was asked for: told, given and erased with their pages."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from engage.identifiers import now_ms
from engage.storage.tables import mails, received_faxes
from tests.support import site as support
from tests.support.rows import filled

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database
    from tests.support.site import Site

NUMBER, WRITTEN = "+4915176543210", "+49 151 7654-3210"
FAXES = {"called": (NUMBER, ""), "said": ("", WRITTEN), "others": ("+4930123456", "+49 30 123456")}
BY_NUMBER = {"by": "phone", "value": NUMBER}


async def test_faxes_of_a_number_are_told_given_and_erased_with_their_pages(
    database_url: str, database: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "faxes"
    folder.mkdir()
    for name in FAXES:
        (folder / f"{name}.tif").write_bytes(f"pages that {name}".encode())
    elsewhere = tmp_path / "elsewhere.tif"
    elsewhere.write_bytes(b"not a fax")

    async def arrived(connection: AsyncConnection) -> None:
        for name in FAXES:
            await came(connection, name, folder / f"{name}.tif")
        await came(connection, "odd", elsewhere)

    await database.write(arrived)
    async with support.site(tmp_path, database=database_url) as site:
        admin = await site.sign_in("admin", "Demo-admin!")
        _, seen = await site.json("POST", "/v1/persons/search", BY_NUMBER, token=admin)
        counts = {name: many for name, many in seen["counts"].items() if many}
        assert counts == {"faxes": 3, "mails": 3}
        archive = await exported(site, admin)
        told = json.loads(archive.read("faxes.json"))
        assert {each["id"] for each in told} == {"called", "said", "odd"}
        pages = {each for each in archive.namelist() if each.startswith("faxes/")}
        assert pages == {"faxes/called.tif", "faxes/said.tif"}
        assert archive.read("faxes/said.tif") == b"pages that said"

        confirmed = {**BY_NUMBER, "confirm": NUMBER}
        status, proof = await site.json("POST", "/v1/persons/erase", confirmed, token=admin)
        assert (status, proof["still_named_in"]) == (200, {}), proof
        assert (proof["removed"]["faxes"], proof["removed"]["mails"]) == (3, 3)
    async with database.read() as connection:
        left = (await connection.execute(select(received_faxes.c.id))).scalars().all()
        keys = (await connection.execute(select(mails.c.dedupe_key))).scalars().all()
    assert (left, keys) == (["others"], ["fax:others:ana@example.test"])
    assert [each.name for each in folder.iterdir()] == ["others.tif"]
    assert elsewhere.exists()


async def came(connection: AsyncConnection, ident: str, file: Path) -> None:
    """A fax, and the mail about it."""
    caller, sender = FAXES.get(ident, FAXES["called"])
    fax = filled(received_faxes, id=ident, caller=caller, sender=sender, file=str(file))
    await connection.execute(insert(received_faxes).values(fax))
    sent = {"kind": "fax_received", "address": "ana@example.test", "state": "sent", "tries": 1}
    known = {"dedupe_key": f"fax:{ident}:ana@example.test", "subject": f"Fax from {caller}"}
    moments = {each.name: now_ms() for each in mails.c if each.name.endswith("_ms")}
    mail = filled(mails, id=ident, **sent, **known, **moments)
    await connection.execute(insert(mails).values(mail))


async def exported(site: Site, admin: str) -> zipfile.ZipFile:
    """Everything of the number."""
    headers = {"authorization": f"Bearer {admin}"}
    url = f"{site.url}/v1/persons/export"
    async with site.http.post(url, json=BY_NUMBER, headers=headers) as response:
        assert response.status == 200
        return zipfile.ZipFile(io.BytesIO(await response.read()))
