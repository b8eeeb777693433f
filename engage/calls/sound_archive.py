"""Recordings as one ZIP."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Final

from engage.errors import NotFound, Unavailable
from engage.zip_stream import ZipStream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from engage.calls.model import Recording
    from engage.calls.sound import Recordings

MISSING: Final = "missing.txt"
"""Names the files that were not there, one a line."""


async def packed(
    sound: Recordings, portions: AsyncIterator[list[Recording]]
) -> AsyncIterator[bytes]:
    """The archive, piece by piece: each file where it is below the recordings' folder.

    Sound hardly becomes smaller, so that it is not compressed.
    """
    missing = []
    with ZipStream(smaller=False) as archive:
        async for some in portions:
            for each in some:
                try:
                    path = await sound.place_of(each)
                    async with aclosing(archive.copy(each.file, path)) as pieces:
                        async for piece in pieces:
                            yield piece
                except (NotFound, Unavailable, FileNotFoundError):
                    missing.append(each.file)
        if missing:
            archive.add(MISSING, "".join(f"{each}\n" for each in missing))
    yield archive.taken()
