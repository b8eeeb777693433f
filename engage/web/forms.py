"""Forms from the server's own models: JSON Schema whose words are in the reader's language.

A field says how it is shown in `json_schema_extra`: `control`, `section`, `choices` or `labels`,
`when`, `unit`, `placeholder`, `rows`, `secret`, `needed`; a long form names `tabs` and the sections
of each. The administration's `SettingsForm` draws them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from engage.errors import NotFound
from engage.i18n import translate
from engage.web.openapi import operation
from engage.web.requests import answer, language, named, principal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import BaseModel
    from starlette.requests import Request
    from starlette.responses import Response

WORDS = ("title", "description", "section", "unit", "placeholder", "reason")
"""Keys of a schema whose values people read."""


def form_schema(model: type[BaseModel], language: str) -> dict[str, Any]:
    """The schema of a model as a form draws it; `order` names the fields as the model has them."""
    return {**_translated(_schema(model), language), "order": list(model.model_fields)}


class FormRoutes:
    """The schemas of the administration's forms."""

    def __init__(self, forms: Mapping[str, type[BaseModel]]) -> None:
        """`forms`: models by the name in the address."""
        self._forms = forms

    def routes(self) -> list[Route]:
        """`/v1/forms/{name}`."""
        return [Route("/v1/forms/{name}", self.form, methods=["GET"])]

    @operation("Read a form's schema", roles=("user", "admin"))
    async def form(self, request: Request) -> Response:
        """JSON Schema with titles and help in the reader's language."""
        await principal(request, "user", "admin")
        model = self._forms.get(named(request, "name"))
        if model is None:
            raise NotFound
        return answer(form_schema(model, language(request)))


@lru_cache(maxsize=256)
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="validation")


def _translated(part: Any, language: str) -> Any:
    """A copy with every word translated."""
    if isinstance(part, list):
        return [_translated(each, language) for each in part]
    if not isinstance(part, dict):
        return part
    copy: dict[str, Any] = {}
    for key, value in part.items():
        if key in WORDS and isinstance(value, str):
            copy[key] = translate(value, language)
        elif key == "sections":
            copy[key] = [translate(each, language) for each in value]
        elif key == "labels" and isinstance(value, dict):
            copy[key] = {each: translate(text, language) for each, text in value.items()}
        else:
            copy[key] = _translated(value, language)
    return copy
