"""The test of external storage over HTTP: `/v1/recordings/storage-test`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field
from starlette.routing import Route

from engage.calls.stores import OURS, StoreOurs, adopt
from engage.errors import Invalid
from engage.partial_body import Body
from engage.system.actor import Module
from engage.web.openapi import operation
from engage.web.requests import actor, answer, read

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from engage.calls.external_disk import ExternalDisk

WITHIN_S = 15.0


class StorageTest(Body):
    """The folder to be tried."""

    folder: Annotated[str, Field(min_length=1, max_length=1000, pattern="^/")]


class StorageTested(BaseModel):
    """Whether recordings can be kept there; `message` is the system's word where not."""

    works: bool
    message: str
    free_bytes: int
    total_bytes: int


class StorageRoutes:
    """The HTTP edge of recordings' storage."""

    def __init__(self, disk: ExternalDisk, ours: Path) -> None:
        self._disk, self._ours = disk, ours

    def routes(self) -> list[Route]:
        """What is served."""
        return [Route("/v1/recordings/storage-test", self.test, methods=["POST"])]

    @operation(
        "Test external storage of recordings",
        body=StorageTest,
        answer=StorageTested,
        roles=("admin",),
    )
    async def test(self, request: Request) -> Response:
        """A file is written there, which marks it as a place for recordings."""
        who = await actor(request, "admin")
        who.check(Module.RECORDINGS)
        body = await read(request, StorageTest)
        try:
            folder = Path(body.folder)
            free, total = await self._disk.do(_tried, folder, self._ours, within_s=WITHIN_S)
        except StoreOurs:
            raise Invalid({"folder": OURS}) from None
        except OSError as problem:
            words = getattr(problem, "strerror", None) or "timed out"
            return answer({"works": False, "message": words, "free_bytes": 0, "total_bytes": 0})
        return answer({"works": True, "message": "", "free_bytes": free, "total_bytes": total})


def _tried(folder: Path, ours: Path) -> tuple[int, int]:
    adopt(folder, ours)
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total
