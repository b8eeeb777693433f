"""Which objects of the dialplan lead to others, so that none is deleted that something needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import BaseModel

from engage.dialplan.fields import NO_VALUE, Destination
from engage.errors import Label
from engage.people.model import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pydantic.fields import FieldInfo
    from sqlalchemy.ext.asyncio import AsyncConnection

    from engage.dialplan.model import DialplanObject
    from engage.dialplan.service import DialplanObjects

    Users = list[dict[str, str]]

_CHOSEN: Final = {
    "/v1/choices/custom-prompts": "prompt",
    "/v1/choices/music-classes": "music",
    "/v1/choices/pin-groups": "pin_group",
    "/v1/choices/extension-groups": "extension_group",
}
"""What a field holds whose values are chosen there."""


class Named(NamedTuple):
    """What a form names: an object of a kind, by its number or its id."""

    kind: str
    value: str


def references_of(form: BaseModel) -> Iterator[Named]:
    """Everything a form names, however deep."""
    if isinstance(form, Destination):
        if form.value and form.kind not in NO_VALUE:
            yield Named(form.kind, form.value)
        return
    for name, field in type(form).model_fields.items():
        value = getattr(form, name)
        values = value if isinstance(value, list) else [value]
        kind = _kind(field)
        for each in values:
            if isinstance(each, BaseModel):
                yield from references_of(each)
            elif kind and each:
                yield Named(kind, str(each))


class References:
    """Tells who needs an object."""

    def __init__(self, *others: Callable[[str, str], Users]) -> None:
        """`others`: each tells who needs an object of a kind and a value, and is none of ours."""
        self._kept: list[DialplanObjects[Any]] = []
        self._sections: dict[str, Callable[[], BaseModel]] = {}
        self._others = others

    def follow(self, kept: Iterable[DialplanObjects[Any]]) -> None:
        """Look through these too."""
        self._kept += kept

    def follow_settings(self, section: str, values: Callable[[], BaseModel]) -> None:
        """Look through a section of settings too, which may name an object by its name."""
        self._sections[section] = values

    def users_of(self, kind: str) -> Callable[[DialplanObject[Any]], Users]:
        """Who needs an entry that is of this kind, other than itself."""

        def users(entry: DialplanObject[Any]) -> Users:
            wanted = Named(kind, str(getattr(entry.form, "number", entry.id)))
            found = [
                {"kind": each.kind.word, "id": other.id, "name": other.form.own_name}
                for each in self._kept
                for other in each.entries
                if other.id != entry.id and wanted in references_of(other.form)
            ]
            either = wanted, Named(kind, entry.form.own_name)
            for section, values in self._sections.items():
                form = values()
                if any(each in either for each in references_of(form)):
                    found.append({"kind": "settings", "id": section, "name": _title(form, section)})
            return [*found, *(each for tell in self._others for each in tell(*wanted))]

        return users

    async def referring(
        self, _connection: AsyncConnection, kind: str, keys: Iterable[str]
    ) -> list[Reference]:
        """What names extension groups: it goes on without them, so that it only is to be told."""
        wanted = {Named(kind, each) for each in keys} if kind == "extension_group" else set()
        found = [
            Reference(kept.kind.word, each.id, each.form.own_name)
            for kept in self._kept
            for each in kept.entries
            if not wanted.isdisjoint(references_of(each.form))
        ]
        return found + [
            Reference("settings", section, Label(_title(form, section)))
            for section, form in ((section, values()) for section, values in self._sections.items())
            if not wanted.isdisjoint(references_of(form))
        ]


def _title(form: BaseModel, section: str) -> str:
    return str(form.model_config.get("title", section))


def _kind(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    return _CHOSEN.get(str(extra.get("choices")), "") if isinstance(extra, dict) else ""
