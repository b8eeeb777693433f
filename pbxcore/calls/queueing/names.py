"""The name of a queue for phones that show it beside the caller's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from pbxcore.dialplan.call_queue import CallQueue

_KNOWING: Final = re.compile(r"Grandstream GRP261[0-9]\w* +([0-9.]+)", re.IGNORECASE)
_FROM: Final = (1, 0, 10, 7)
"""The first firmware of these phones that shows the name of a queue."""


def names_line(queue: CallQueue, user_agent: str) -> tuple[bytes, ...]:
    """Header lines for a phone that knows what they are."""
    name = queue.settings.name
    if not queue.names_queue or not name or not _knows(user_agent):
        return ()
    number = queue.settings.number
    return (
        b"X-Queue-Name: " + quote(name, safe=" ").encode(),
        b"X-Queue-Number: " + number.encode(),
    )


def _knows(user_agent: str) -> bool:
    found = _KNOWING.search(user_agent)
    if found is None:
        return False
    return tuple(int(each) for each in found[1].split(".") if each) >= _FROM
