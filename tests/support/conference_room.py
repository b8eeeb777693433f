"""Who is in a conference room, as an administrator sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.program import Program


def there(admin: Program, room: str) -> list[str]:
    """Who is in a room."""
    people = admin.get(f"/v1/conferences/{room}").json()["participants"]
    return [each["number"] for each in people]
