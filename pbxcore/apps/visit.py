"""One call at a service: who came, and how."""

from __future__ import annotations

import msgspec


class Visit(msgspec.Struct, frozen=True):
    """Whoever talks to a service.

    `call` and `leg` are their names in the journal. `number` is the caller's extension, "" for one
    who has none; `shown` the number of whoever calls, `name` his name, `trunk` what he came by.
    `service` is the number he reached it at, `dialled` what he dialled first. A call that was sent
    on comes from the extension `sender`, which said `reason` (`user-busy`, `no-answer` …).
    `location` is the number that the caller's phone is registered by.
    """

    call: str
    leg: str
    number: str = ""
    shown: str = ""
    name: str = ""
    trunk: str = ""
    service: str = ""
    dialled: str = ""
    sender: str = ""
    reason: str = ""
    language: str = ""
    location: str = ""
