"""Where a storm takes place: two queues with an agent in both, a live chat, and their people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.support.program import Program
from tests.support.ucm import settled

if TYPE_CHECKING:
    from tests.support.server import Server

FIRST: Final = "6560"
SECOND: Final = "6561"
LIVE_CHAT: Final = "6500"
"""The queue of the demonstration's live chat."""
PHONES: Final = ("1000", "1001", "1002")
"""Agents of the first queue, who hand callers on by their phones or let them go."""
DESKS: Final = ("2000", "2001")
"""Agents of the second queue, beside the last of the first: they ask somebody before."""
COLLEAGUE: Final = "2010"
"""Takes whoever is handed on, and serves no queue."""
HOTLINE: Final = "2005"
"""Takes visitors' calls and no queue's."""
CUSTOMERS: Final = ("2020", "2021", "2022")
NOBODY: Final = "2099"
EXIT_KEY, CALLBACK_KEY = "1", "2"
RING_S: Final = 5
RETRIES_S: Final = (1, 2)


def furnish(server: Server) -> Program:
    """Everybody has a phone, and the queues their agents; the administrator who did it."""
    admin = Program(server.url, "admin", "Demo-admin!")
    for number in (*DESKS, COLLEAGUE, HOTLINE, *CUSTOMERS):
        person = {"number": number, "first_name": number, "sip_secret": secret_of(number)}
        added = admin.post("/v1/extensions", {**person, "voicemail": False})
        assert added.status == 201, added.body
    rules = {
        "wrap_up_s": 1, "max_wait_s": 0, "leave_when_empty": "no", "dial_in_empty": "yes",
        "blend": "any", "ring_s": RING_S, "retry_s": 1, "refused_rest_s": 0,
    }  # fmt: skip
    second = {"number": SECOND, "name": "Second", "static_agents": [PHONES[-1], *DESKS], **rules}
    first = {
        "number": FIRST, "name": "First", "static_agents": [*PHONES], **rules,
        "exit_key": EXIT_KEY, "exit_destination": {"kind": "queue", "value": SECOND},
        "virtual_queue": True, "virtual_mode": "key", "virtual_key": CALLBACK_KEY,
        "virtual_retry_s": 5,
    }  # fmt: skip
    for queue in second, first:
        added = admin.post("/v1/queues", queue)
        assert added.status == 201, added.body
    # the longest wrap-up of an agent's queues is his
    live_chat = {"wrap_up_s": 0, "static_agents": [*PHONES, HOTLINE]}
    changed = admin.patch(f"/v1/queues/{LIVE_CHAT}", live_chat)
    assert changed.status == 200, changed.body
    [demo] = admin.get("/v1/livechats").json()["items"]
    # Who takes visitors' calls has all their chats, and nobody here ends one in time.
    changed = admin.patch(f"/v1/livechats/{demo['id']}", {"sessions_per_agent": 0})
    assert changed.status == 200, changed.body
    settled(server, admin)
    return admin


def secret_of(number: str) -> str:
    """What a phone registers with, as the demonstration's do."""
    return f"Sip-{number}!"


def uri(server: Server, number: str) -> str:
    """Whom to call."""
    return f"sip:{number}@127.0.0.1:{server.sip_port}"
