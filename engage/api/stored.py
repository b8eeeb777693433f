"""Fields between the protocol and our services: what is ours goes home, the rest into options."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from engage.api.status import bad_value
from engage.errors import N_, Invalid, TextRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engage.api.fields import Fields
    from engage.api.model import Secrets

Model = TypeVar("Model", bound=BaseModel)
UNTAKEN = N_("This value cannot be taken.")


def options_of(fields: Fields, given: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """What of a request is kept among the options; secrets sealed."""
    kept: dict[str, Any] = {}
    for name, value in given.items():
        field = fields.named(name)
        if field is not None and field.optional:
            kept[name] = secrets.seal(value) if field.secret and value else value
    return kept


def kept_in(fields: Fields, options: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """The fields that are kept among the options; secrets opened."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        field = fields.named(name)
        if field is not None and field.optional:
            found[name] = secrets.open(value) if field.secret and value else value
    return found


def checked(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Values as the body of one of our services.

    Raises:
        Invalid: with the first field that the model does not take.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        place = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Invalid({str(place[0]) if place else "": UNTAKEN}) from None


@contextmanager
def named_as_sent(fields: Fields) -> Iterator[None]:
    """Word a service's refusal with the names that the program knows."""
    names = {field.home: field.name for field in fields if field.home}
    try:
        yield
    except TextRefused:
        raise
    except Invalid as refused:
        if not refused.fields:
            raise
        home, text = next(iter(refused.fields.items()))
        raise bad_value(names.get(home, home), text, refused.params) from None


@contextmanager
def extension_as_sent() -> Iterator[None]:
    """Word the refusal of an object's number with the name that programs know it by."""
    try:
        yield
    except Invalid as refused:
        if (text := refused.fields.get("number")) is None:
            raise
        raise bad_value("extension", text, refused.params) from None
