"""People's objects as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel

from engage.errors import Label
from engage.i18n import SOURCE_LANGUAGE, translate
from engage.people import call_options, outbound_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engage.people.model import (
        Account,
        ExtensionEntry,
        Group,
        Privilege,
        QueueEntry,
        Reference,
        WavePrivilege,
    )
    from engage.people.queue_forms import QueueRules

EXTENSION_COLUMNS = (
    "number", "first_name", "last_name", "email", "phone_number", "department", "job_title",
    "language", "enabled", "max_contacts", "auth_id", "allowed_networks", "qualify_s",
    "digest_algorithms", "permission", "wave_privilege_id",
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
    def of(cls, references: Iterable[Reference], language: str = SOURCE_LANGUAGE) -> Self:
        """As the wire has them; what has no name of its own is called in `language`."""
        return cls(
            items=[
                ShownReference(
                    kind=each.kind,
                    id=each.id,
                    name=translate(each.name, language)
                    if isinstance(each.name, Label)
                    else each.name,
                    blocking=each.blocking,
                )
                for each in references
            ]
        )


def extension_json(entry: ExtensionEntry) -> dict[str, Any]:
    """An extension without its secrets."""
    rules = entry.phone_rules
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
        "auth_id": rules.auth_id,
        "allowed_networks": list(rules.allowed_networks),
        "qualify_s": rules.qualify_s,
        "digest_algorithms": list(rules.digest_algorithms),
        "permission": entry.permission,
        "auto_record": entry.call_rules.auto_record,
        "supervisors": list(entry.call_rules.supervisors),
        **call_options.shown(entry.options),
        **entry.mailbox_rules.shown,
        **entry.agent_rules.shown,
        **outbound_rules.shown(entry.options),
        "voicemail_pin_set": bool(entry.mailbox_rules.sealed_pin),
        "outbound_pin_set": bool(entry.call_rules.sealed_own_pin),
        "wave_privilege_id": entry.wave_privilege_id,
        "options": dict(entry.options),
        "version": entry.version,
    }


def extension_row(entry: ExtensionEntry) -> list[Any]:
    """An extension as a line of a worksheet."""
    shown = extension_json(entry)
    for name in ("allowed_networks", "digest_algorithms"):
        shown[name] = " ".join(shown[name])
    return [shown[name] for name in EXTENSION_COLUMNS]


def group_json(group: Group) -> dict[str, Any]:
    """A group with its members' numbers."""
    return {
        "id": group.id,
        "name": group.name,
        "members": list(group.members),
        "version": group.version,
    }


def queue_json(
    queue: QueueEntry, rules: QueueRules, name_of: Callable[[str], str | None]
) -> dict[str, Any]:
    """A queue with its agents; those whose extension is switched off go by their number."""
    return {
        "number": queue.number,
        "name": queue.name,
        "static_agents": [each.number for each in queue.named if each.static],
        "dynamic_agents": [each.number for each in queue.named if not each.static],
        "agents": [
            {
                "number": each.number,
                "name": name_of(each.number) or each.number,
                "static": each.static,
                "logged_in": each.logged_in,
                "paused": each.paused,
            }
            for each in queue.agents
        ],
        **rules.model_dump(mode="json"),
        "options": dict(queue.options),
        "version": queue.version,
    }


def admin_json(account: Account, privilege: str | None) -> dict[str, Any]:
    """An administrator; `privilege` is the name of their custom privilege."""
    return {
        "user_name": account.user_name,
        "display_name": account.display_name,
        "email": account.email,
        "language": account.language,
        "level": account.level,
        "privilege_id": account.privilege_id,
        "privilege": privilege,
        "enabled": account.enabled,
        "version": account.revision,
    }


def privilege_json(privilege: Privilege) -> dict[str, Any]:
    """A custom privilege; modules that are not named are closed."""
    return {
        "id": privilege.id,
        "name": privilege.name,
        "modules": dict(privilege.modules),
        "version": privilege.version,
    }


def wave_privilege_json(privilege: WavePrivilege) -> dict[str, Any]:
    """A Wave privilege."""
    return {
        "id": privilege.id,
        "name": privilege.name,
        "grants": sorted(privilege.grants),
        "is_default": privilege.is_default,
        "version": privilege.version,
    }
