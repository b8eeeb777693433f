"""What people choose for themselves in Wave; kept on the server, so that every device has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import insert, select, update

from engage.errors import N_, Forbidden, Invalid
from engage.i18n import languages
from engage.people.extension_forms import ExtensionChange
from engage.storage.tables import own_settings
from engage.system.actor import Actor, Module, Rights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.people.extensions import Extensions
    from engage.people.model import Principal
    from engage.storage.database import Database

OWN_EXTENSION = Rights({Module.EXTENSIONS: "edit"})


class OwnSettings(BaseModel):
    """Alerts and appearance."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sound: bool = True
    desktop: bool = True
    theme: Literal["auto", "light", "dark"] = "auto"
    enter_sends: bool = True
    time_format: Literal["auto", "12", "24"] = "auto"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Somebody's settings; `language` is empty where the browser's is meant."""

    language: str
    values: OwnSettings


class OwnSettingsService:
    """One's own settings. `told` sends them to one's other windows."""

    def __init__(
        self,
        database: Database,
        extensions: Extensions,
        told: Callable[[Iterable[str], str, dict[str, Any]], None],
    ) -> None:
        self._database, self._extensions, self._told = database, extensions, told

    async def get(self, principal: Principal) -> Chosen:
        """As they hold now.

        Raises:
            Forbidden: not a user of an extension.
        """
        _check_user(principal)
        async with self._database.read() as connection:
            return Chosen(principal.language, await _held(connection, principal.who))

    async def change(self, principal: Principal, address: str, given: dict[str, Any]) -> Chosen:
        """Change some of them.

        Raises:
            Forbidden: not a user of an extension.
            Invalid: a language there is no catalogue for.
        """
        _check_user(principal)
        language = given.pop("language", None)
        if language is not None and language != principal.language:
            if language and language not in languages():
                raise Invalid({"language": N_("This language is not available.")})
            actor = Actor(principal.who, address, OWN_EXTENSION)
            await self._extensions.update(
                actor, principal.id, ExtensionChange.model_validate({"language": language})
            )

        async def work(connection: AsyncConnection) -> OwnSettings:
            held = await _held(connection, principal.who)
            changed = OwnSettings.model_validate({**held.model_dump(), **given})
            row = {"values": changed.model_dump()}
            updated = await connection.execute(
                update(own_settings).where(own_settings.c.who == principal.who).values(row)
            )
            if updated.rowcount == 0:
                await connection.execute(insert(own_settings).values(who=principal.who, **row))
            return changed

        values = await self._database.write(work)
        chosen = Chosen(principal.language if language is None else language, values)
        self._told([principal.who], "settings", chosen_json(chosen))
        return chosen


def chosen_json(chosen: Chosen) -> dict[str, Any]:
    """Somebody's settings as their windows know them."""
    return {"language": chosen.language, **chosen.values.model_dump()}


async def _held(connection: AsyncConnection, who: str) -> OwnSettings:
    query = select(own_settings.c["values"]).where(own_settings.c.who == who)
    return OwnSettings.model_validate(await connection.scalar(query) or {})


def _check_user(principal: Principal) -> None:
    if principal.kind != "user":
        raise Forbidden
