"""A process that fills its disk: `RLIMIT_FSIZE` lets no file grow further, then does again.

    python -m tests.support.full_disk URL

Prints what was acknowledged and seen, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from pathlib import Path

from engage.storage.database import Database
from tests.support.following import ANA, hub_of, member, opened, say, until_refused


async def main(url: str) -> None:
    """Write until the disk is full, read, write again when there is room."""
    database = await Database.open(url)
    hub = hub_of(database)
    chat = await opened(hub, member(ANA))
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    wal = Path(database.url.removeprefix("sqlite:///") + "-wal")
    grown = await asyncio.to_thread(wal.stat)
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown.st_size + 50_000, most))
    acknowledged = await until_refused(hub, chat)
    page = await hub.resume(ANA.who, chat, 0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    await database.check()
    after = await say(hub, chat, ANA, key="after")
    await database.close()
    told = {"chat": chat, "said": acknowledged, "read": page.head, "after": after}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
