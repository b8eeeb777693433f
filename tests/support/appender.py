"""A process that appends to a database until it is killed, and prints what was acknowledged.

    python -m tests.support.appender URL CONVERSATION NAME [TOLD]

Each line is `sequence key`; `out` and `back` tell of outages. It retries with the same key, as
clients do. With a limit in `RLIMIT_FSIZE` its disk is full at that size.
"""

from __future__ import annotations

import asyncio
import sys

from engage.errors import Unavailable
from engage.events import Events
from engage.hub.model import Author
from engage.hub.service import Hub, HubTransaction
from engage.storage.database import Database
from tests.support.following import Connections

SENDERS = 8


async def send(hub: Hub, conversation: str, author: Author, number: int) -> int:
    """One message, by either way in."""
    body = {"text": "x" * 200}
    key = f"{author.id}-{number}"
    if number % 3:
        appended = await hub.append(conversation, author, "message", body, client_id=key)
        return appended.event.seq

    async def work(transaction: HubTransaction) -> int:
        appended = await transaction.append(conversation, author, "message", body, client_id=key)
        return appended.event.seq

    return await hub.transact(work)


async def sender(hub: Hub, conversation: str, author: Author) -> None:
    """Send for ever, the same again until it is acknowledged."""
    number = 0
    while True:
        try:
            seq = await send(hub, conversation, author, number)
        except Unavailable:
            sys.stdout.write("out\n")
            sys.stdout.flush()
            await asyncio.sleep(0.02)
            continue
        sys.stdout.write(f"{seq} {author.stored} {author.id}-{number}\n")
        sys.stdout.flush()
        number += 1


async def main(url: str, conversation: str, name: str) -> None:
    """Append with several senders."""
    database = await Database.open(url)
    hub = Hub(database, Connections([]), Events())
    authors = [Author("user", f"{name}{place}", name) for place in range(SENDERS)]
    await asyncio.gather(*(sender(hub, conversation, author) for author in authors))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
