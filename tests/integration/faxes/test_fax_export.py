"""All faxes as one file, however many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert

from engage.faxes.service import Faxes, WantedFaxes
from engage.storage import sorted_rows
from engage.storage.sorted_rows import Order
from engage.storage.tables import received_faxes
from engage.system.actor import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.storage.database import Database


async def test_every_fax_comes_once_in_its_order(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_rows, "PORTION", 2)
    texts = (
        "box",
        "call",
        "caller",
        "caller_name",
        "sender",
        "problem",
        "detail",
        "mailed",
        "file",
    )
    usual = {**dict.fromkeys(texts, ""), "seconds": 1.0, "bit_rate": 14400, "received_at_ms": 1}
    rows = [
        {**usual, "id": each, "pages": pages}
        for each, pages in zip("abcde", (2, 1, 2, 2, 3), strict=True)
    ]

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(insert(received_faxes), rows)

    await database.write(work)
    faxes = Faxes(database, tmp_path, installed=True)
    for descending, expected in ((False, ["ba", "cd", "e"]), (True, ["ed", "ca", "b"])):
        order = Order("pages", descending)
        portions = [some async for some in faxes.every(SYSTEM, WantedFaxes(), order)]
        assert ["".join(each.id for each in some) for some in portions] == expected
