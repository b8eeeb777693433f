"""Bodies of requests, and those that change some fields of one."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

Version = Annotated[int, Field(ge=1)]


class Body(BaseModel):
    """A request's body: every field is known, and of its type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def partial_of(name: str, form: type[BaseModel]) -> type[BaseModel]:
    """The same fields, each of which may be left out; `version` is the one that was edited."""
    fields: dict[str, Any] = {
        each: (field.rebuild_annotation() | None, None) for each, field in form.model_fields.items()
    }
    made: type[BaseModel] = create_model(
        name,
        __base__=Body,
        __doc__="The fields that change; `version` is the one that was edited.",
        version=(Version | None, None),
        **fields,
    )
    return made


def sent(body: BaseModel) -> tuple[dict[str, Any], int | None]:
    """What a body of changes names, and the version that was edited."""
    given = body.model_dump(exclude_unset=True)
    version: int | None = given.pop("version", None)
    return given, version
