"""The description of /v1 in OpenAPI 3.1, from what stands beside each route.

@operation("Send a message", body=PostMessage, answer=MessageView, status=201, roles=("user",))
async def post_message(self, request: Request) -> Response: ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic.json_schema import models_json_schema
from starlette.routing import Route

from engage.web.errors import STATUS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaMode

Endpoint = TypeVar("Endpoint", bound="Callable[..., Any]")
MARK = "engage_operation"
REF = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route takes and gives. `roles` empty: anyone; `limit` is the body's in bytes."""

    summary: str
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    roles: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    tag: str = ""
    media: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    bytes_as: str = ""


def operation(
    summary: str,
    *,
    body: type[BaseModel] | None = None,
    answer: type[BaseModel] | None = None,
    status: int = 200,
    roles: tuple[str, ...] = (),
    query: tuple[tuple[str, str], ...] = (),
    tag: str = "",
    media: tuple[str, ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
    bytes_as: str = "",
) -> Callable[[Endpoint], Endpoint]:
    """Describe an endpoint.

    Args:
        summary: one sentence without a full stop.
        body: the request's model, as `requests.read` takes it.
        answer: the answer's model.
        status: the status of success.
        roles: `visitor`, `user`, `admin`; empty when anyone may ask.
        query: parameters as (name, description).
        tag: the group it is shown in; the path's first part unless given.
        media: content types of success besides JSON: `text/csv`.
        headers: that must be sent, as (name, description).
        bytes_as: the content type of a body of mere bytes.
    """
    described = Operation(
        summary, body, answer, status, roles, query, tag, media, headers, bytes_as
    )

    def describe(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, MARK, described)
        return endpoint

    return describe


def operation_of(endpoint: object) -> Operation | None:
    """The description of an endpoint, or None."""
    found = getattr(endpoint, MARK, None)
    return found if isinstance(found, Operation) else None


def operations(routes: Iterable[Any]) -> list[tuple[str, str, Operation | None]]:
    """Method, path and description of each `/v1` route, as the document has them."""
    return [
        (method, re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path), operation_of(route.endpoint))
        for route in routes
        if isinstance(route, Route) and route.path.startswith("/v1/") and route.include_in_schema
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


def document(routes: Iterable[Any], *, version: str) -> dict[str, Any]:
    """The OpenAPI document of all `/v1` routes."""
    described = operations(routes)
    models = {
        model
        for _, _, each in described
        if each is not None
        for model in (each.body, each.answer)
        if model is not None
    }
    mode: JsonSchemaMode = "validation"
    pairs = [(model, mode) for model in sorted(models, key=lambda each: each.__name__)]
    _, schemas = models_json_schema(pairs, ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for method, path, each in described:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Engage",
            "version": version,
            "description": "Times are RFC 3339 UTC. Error codes are stable, messages translated.",
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {"Error": ERROR_SCHEMA, **schemas.get("$defs", {})},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-engage"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
                "retry_after_s": {"type": "integer"},
            },
        }
    },
}


def _operation(path: str, method: str, each: Operation | None) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", path)
    part = path.removeprefix("/v1/").split("/")[0]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    result: dict[str, Any] = {
        "operationId": re.sub(r"\W+", "_", method.lower() + path.removeprefix("/v1")).strip("_"),
        "tags": [each.tag if each is not None and each.tag else part],
        "responses": {"default": _error_response()},
    }
    if each is None:
        result["summary"] = path
        result["responses"]["200"] = {"description": "Done"}
    else:
        result["summary"] = each.summary
        parameters += [
            {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
            for name, text in each.query
        ]
        parameters += [
            {
                "name": name,
                "in": "header",
                "description": text,
                "required": True,
                "schema": {"type": "string"},
            }
            for name, text in each.headers
        ]
        result["responses"][str(each.status)] = _success(each)
        result["security"] = _security(each, method)
        if each.body is not None:
            result["requestBody"] = {"required": True, "content": _content(each.body)}
        elif each.bytes_as:
            schema = {"type": "string", "format": "binary"}
            result["requestBody"] = {"content": {each.bytes_as: {"schema": schema}}}
    if parameters:
        result["parameters"] = parameters
    return result


def _security(each: Operation, method: str) -> list[dict[str, list[str]]]:
    if not each.roles:
        return []
    by_cookie: dict[str, list[str]] = {"cookie": []}
    if method not in ("GET", "HEAD"):
        by_cookie["csrf"] = []
    return [{"bearer": []}, by_cookie]


def _success(each: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done"}
    if each.answer is not None:
        success["content"] = _content(each.answer)
    for media in each.media:
        success.setdefault("content", {})[media] = {"schema": {"type": "string"}}
    return success


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REF.format(model=model.__name__)}}}


def _error_response() -> dict[str, Any]:
    known = ", ".join(str(status) for status in sorted(set(STATUS.values())))
    schema = {"$ref": REF.format(model="Error")}
    return {
        "description": f"Refused ({known})",
        "content": {"application/json": {"schema": schema}},
    }
