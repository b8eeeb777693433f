"""People's objects as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engage.people.model import ExtensionEntry, Group, Reference

EXTENSION_COLUMNS = (
    "number", "first_name", "last_name", "email", "phone_number", "department", "job_title",
    "language", "enabled", "max_contacts", "permission", "wave_privilege_id",
)  # fmt: skip
"""The columns of an export; an import takes them, and the secrets."""


class ShownReference(BaseModel):
    """Something that refers to an object; `blocking`: it could not work without."""

    kind: str
    id: str
    name: str
    blocking: bool


class ShownReferences(BaseModel):
    """What refers to an object."""

    items: list[ShownReference]

    @classmethod
    def of(cls, references: Iterable[Reference]) -> Self:
        """As the wire has them."""
        return cls(
            items=[ShownReference(**each.named(), blocking=each.blocking) for each in references]
        )


def extension_json(entry: ExtensionEntry) -> dict[str, Any]:
    """An extension without its secrets."""
    return {
        "number": entry.number,
        "first_name": entry.first_name,
        "last_name": entry.last_name,
        "name": entry.name,
        "email": entry.email,
        "phone_number": entry.phone_number,
        "department": entry.department,
        "job_title": entry.job_title,
        "language": entry.language,
        "enabled": entry.enabled,
        "max_contacts": entry.max_contacts,
        "permission": entry.permission,
        "wave_privilege_id": entry.wave_privilege_id,
        "options": dict(entry.options),
        "version": entry.version,
    }


def group_json(group: Group) -> dict[str, Any]:
    """A group with its members' numbers."""
    return {
        "id": group.id,
        "name": group.name,
        "members": list(group.members),
        "version": group.version,
    }
