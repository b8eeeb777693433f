"""A ZIP that is sent while it is written."""

from __future__ import annotations

import asyncio
import gc
import io
import zipfile
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from engage.zip_stream import PIECE, ZipStream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def archived(path: Path) -> AsyncIterator[bytes]:
    with ZipStream(smaller=False) as archive:
        archive.add("first.txt", "one")
        async with aclosing(archive.copy("second.bin", path)) as pieces:
            async for piece in pieces:
                yield piece
    yield archive.taken()


async def test_what_is_added_and_copied_is_found_in_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * (PIECE + 1))
    whole = b"".join([piece async for piece in archived(path)])
    with zipfile.ZipFile(io.BytesIO(whole)) as made:
        assert made.testzip() is None
        assert (made.read("first.txt"), made.read("second.bin")) == (b"one", path.read_bytes())


@pytest.mark.filterwarnings("error::ResourceWarning")
async def test_nothing_is_left_of_one_that_nobody_takes_any_more(tmp_path: Path) -> None:
    path, told = tmp_path / "file", list[dict[str, Any]]()
    path.write_bytes(b"x" * (3 * PIECE))
    asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))
    pieces = archived(path)
    await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]
    del pieces
    gc.collect()
    assert told == []
