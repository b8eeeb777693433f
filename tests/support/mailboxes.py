"""Extensions without voicemail, for tests of what callers are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.program import Program

if TYPE_CHECKING:
    from tests.support.server import Server


def without_mailboxes(server: Server) -> None:
    """Let callers hear that somebody is busy or away, and not his mailbox."""
    admin = Program(server.url, "admin", "Demo-admin!")
    for each in admin.get("/v1/extensions?limit=500").json()["items"]:
        body = {"options": {"hasvoicemail": "no"}}
        assert admin.patch(f"/v1/extensions/{each['number']}", body).status == 200
