"""Messages to many, and one user's chats: addMessageBroadcast, cleanTerminalChatInformation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from engage.api.actions import required
from engage.api.status import bad_value, unknown
from engage.api.user_actions import DEPARTMENT_KIND, members_of_group
from engage.api.values import ANY_OTHER, text_of
from engage.broadcast.service import NewBroadcast
from engage.people.model import Principal
from engage.system.operation_log import note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.api.actions import Caller, Handler, Parameters
    from engage.api.numbers import Numbers
    from engage.broadcast.service import Broadcasts
    from engage.people.service import People
    from engage.storage.database import Database

LISTS = ("extension", "extension_group", "department", "department_extension")
"""What a recipient's object may hold."""


class Chats(Protocol):
    """Chats among those who work here."""

    async def clear(self, who: str) -> int:
        """Empty all chats of one person for himself; how many."""
        ...


class MessageActions:
    """What programs say to people."""

    def __init__(
        self,
        database: Database,
        people: People,
        numbers: Numbers,
        broadcasts: Broadcasts,
        chats: Chats,
    ) -> None:
        self._database = database
        self._people, self._numbers = people, numbers
        self._broadcasts, self._chats = broadcasts, chats

    @property
    def handlers(self) -> dict[str, Handler]:
        """The actions by their names in lower case."""
        return {
            "addmessagebroadcast": self.broadcast,
            "cleanterminalchatinformation": self.clean,
        }

    async def broadcast(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Send a text to phones and Wave at once; from an extension, or under a free name."""
        source = text_of(asked.get("source", "")).strip() or caller.user.user
        is_extension = self._people.name_of(source) is not None
        wanted = NewBroadcast(
            client_id=None,
            name=required(asked, "subject"),
            sender_kind="extension" if is_extension else None,
            sender_value=source,
            message=required(asked, "content"),
            extensions=tuple(await self._recipients(caller, asked)),
            extension_groups=(),
            deliver_to=("phones", "wave"),
        )
        actor = caller.actor
        principal = Principal(
            "admin", actor.who, caller.user.user, actor.who, "", rights=actor.rights
        )
        await self._broadcasts.create(principal, actor.address, wanted)
        return {}

    async def clean(self, caller: Caller, asked: Parameters) -> Mapping[str, Any]:
        """Empty the chats of an extension's user for him; the others keep theirs."""
        number = required(asked, "extension")
        self._people.extensions.get(caller.actor, number)
        count = await self._chats.clear(f"user:{number}")

        async def work(connection: AsyncConnection) -> None:
            subject = f"extension:{number}"
            await note(connection, caller.actor, "chats.clear", subject, {"count": count})

        await self._database.write(work)
        return {"need_apply": "no"}

    async def _recipients(self, caller: Caller, asked: Parameters) -> list[str]:
        """The extensions that a recipient's object means; each part names those that exist."""
        parts = _parts(asked)
        departments = _words(parts.get("department"))
        found = _words(parts.get("extension"))
        for each in parts.get("department_extension") or ():
            if not isinstance(each, dict):
                raise bad_value("recipient", ANY_OTHER)
            numbers = _words(each.get("extension"))
            found += numbers
            departments += [] if numbers else _words(each.get("department_id"))
        for group in _words(parts.get("extension_group")):
            members = await members_of_group(self._people, self._numbers, group)
            if not members:
                raise unknown("recipient", group)
            found += members
        for ident in departments:
            name = self._numbers.named(DEPARTMENT_KIND, int(ident)) if ident.isdecimal() else None
            if name is None:
                raise unknown("recipient", ident)
            entries = self._people.extensions.listed(caller.actor)
            found += [each.number for each in entries if each.department == name]
        for number in found:
            if self._people.name_of(number) is None:
                raise unknown("recipient", number)
        return list(dict.fromkeys(found))


def _parts(asked: Parameters) -> dict[str, Any]:
    """The recipient's object, which comes as text that holds it, or as itself."""
    parts = asked.get("recipient")
    if not isinstance(parts, dict):
        try:
            parts = json.loads(required(asked, "recipient"))
        except ValueError:
            parts = None
    if not isinstance(parts, dict) or not parts.keys() <= set(LISTS):
        raise bad_value("recipient", ANY_OTHER)
    return parts


def _words(given: object) -> list[str]:
    """A list, or text with commas between its parts."""
    parts = given if isinstance(given, list) else text_of(given or "").split(",")
    return [word for each in parts if (word := text_of(each).strip())]
