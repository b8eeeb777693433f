"""Reading requests and writing answers: what every route does at its edge."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from engage.errors import N_, Invalid, NotFound, Refused, TextRefused
from engage.i18n import closest, negotiate, translate
from engage.system.actor import Actor
from engage.web.errors import Malformed, UnsupportedMedia
from engage.web.text import refused_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from engage.people.model import Principal

Model = TypeVar("Model", bound=BaseModel)

REFUSED = N_("This text holds characters that cannot be taken.")
UNKNOWN = N_("This field is not known.")
MESSAGES = {
    "missing": N_("This field is required."),
    "string_too_short": N_("Use at least %(min_length)d characters."),
    "string_too_long": N_("Use at most %(max_length)d characters."),
    "string_type": N_("This must be text."),
    "too_short": N_("Choose at least %(min_length)d."),
    "too_long": N_("Choose at most %(max_length)d."),
    "int_type": N_("This must be a whole number."),
    "int_parsing": N_("This must be a whole number."),
    "bool_type": N_("This must be true or false."),
    "bool_parsing": N_("This must be true or false."),
    "list_type": N_("This must be a list."),
    "greater_than_equal": N_("This must be at least %(ge)s."),
    "less_than_equal": N_("This must be at most %(le)s."),
    "literal_error": N_("This is none of the choices."),
    "extra_forbidden": UNKNOWN,
}
ANY_OTHER = N_("This value cannot be taken.")
LONGEST_NUMBER, LONGEST_WORD = 16, 200


class Gate(Protocol):
    """Tells who makes a request; `engage.web.access` in the product."""

    async def principal(
        self, request: Request, roles: tuple[str, ...], *, enrolling: bool = False
    ) -> Principal:
        """The principal, when they have one of the roles (any, when none is given)."""
        ...


async def principal(request: Request, *roles: str, enrolling: bool = False) -> Principal:
    """Who makes this request: `visitor`, `user` or `admin`, by bearer token or cookie.

    Args:
        request: the request.
        roles: who may make it; anyone signed in if none is named.
        enrolling: whether someone may who must set up a second factor before anything else.

    Raises:
        Unauthenticated: nobody is signed in, or the session is over (`expired`, `revoked`).
        Forbidden: not with this role, or a browser's request without its `X-CSRF-Token`.
    """
    gate: Gate = request.app.state.gate
    found = await gate.principal(request, roles, enrolling=enrolling)
    request.state.language = found.language
    if found.kind == "admin":  # whom the operation log names when this is refused
        request.state.actor = Actor(found.who, address(request), found.rights)
    return found


async def actor(request: Request, *roles: str) -> Actor:
    """Who makes this request, as services and the operation log know them.

    Raises:
        Unauthenticated: nobody is signed in, or the session is over.
        Forbidden: not with this role.
    """
    found = await principal(request, *roles)
    return Actor(found.who, address(request), found.rights)


async def read(request: Request, model: type[Model]) -> Model:
    """Read a JSON object into a model.

    Raises:
        UnsupportedMedia: the content type is not JSON.
        Malformed: no JSON, or no object.
        TextRefused: a field holds control characters or lone surrogates.
        Invalid: with a message for each field that is wrong or unknown.
        TooLarge: the body exceeds the route's limit.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json" and not content_type.endswith("+json"):
        raise UnsupportedMedia
    return parse(decode(await request.body()), model, language(request))


def allow_body(request: Request, limit: int) -> None:
    """Let this request's body be larger than others (bytes); before it is read."""
    request.state.body_limit = limit


def decode(body: bytes) -> dict[str, Any]:
    """JSON text to an object.

    Raises:
        Malformed: no JSON (RFC 8259), no object, or nested beyond reason.
    """
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(data, dict):
        raise Malformed
    return data


def parse(data: dict[str, Any], model: type[Model], language: str) -> Model:
    """An object to a model; unknown fields are refused even where the model would ignore them."""
    refused = {field: translate(REFUSED, language) for field in refused_fields(data)}
    if refused:
        raise TextRefused(refused)
    known = set(model.model_fields)
    known |= {field.alias for field in model.model_fields.values() if field.alias}
    unknown = {name: translate(UNKNOWN, language) for name in data if name not in known}
    try:
        value = model.model_validate(data)
    except ValidationError as error:
        raise Invalid({**field_messages(error, model, language), **unknown}) from None
    if unknown:
        raise Invalid(unknown)
    return value


def field_messages(error: ValidationError, model: type[BaseModel], language: str) -> dict[str, str]:
    """A translated message for each field, by its path (`destination.values`)."""
    fields: dict[str, str] = {}
    names = _field_names(model)
    for problem in error.errors(include_url=False, include_input=False):
        # between the fields of a union, pydantic puts the names of our types
        *above, last = problem["loc"] or ("body",)
        path = [str(part) for part in above if isinstance(part, int) or part in names]
        if isinstance(last, int) or last in names or problem["type"] == "extra_forbidden":
            path.append(str(last))
        name = ".".join(path) or "body"
        context = problem.get("ctx") or {}
        own = context.get("error")
        message = MESSAGES.get(problem["type"], ANY_OTHER)
        if isinstance(own, Refused):
            message, context = str(own), {}
        fields.setdefault(name, translate(message, language, context or None))
    return fields


@cache
def _field_names(model: type[BaseModel]) -> frozenset[str]:
    """What fields are called in a model and all that it holds."""
    schema = model.model_json_schema()
    parts = (schema, *schema.get("$defs", {}).values())
    return frozenset(name for part in parts for name in part.get("properties", ()))


def named(request: Request, name: str = "id") -> str:
    """What the address names in this place.

    Raises:
        NotFound: it holds characters that no name of ours has (PostgreSQL takes no NUL).
    """
    given: str = request.path_params[name]
    if not given.isprintable():
        raise NotFound
    return given


def number(request: Request, name: str, usual: int, *, least: int = 0, most: int) -> int:
    """A whole number of the query; `usual` where none is given.

    Raises:
        Invalid: no number, or not from `least` to `most`.
    """
    given = request.query_params.get(name, "")
    if not given:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise Invalid({name: MESSAGES["int_type"]})
    if not least <= int(given) <= most:
        raise Invalid({name: ANY_OTHER})
    return int(given)


def flag(request: Request, name: str) -> bool:
    """Whether a switch of the query is on: `1`; off without it.

    Raises:
        Invalid: neither `1` nor `0`.
    """
    given = word(request, name)
    if given not in ("", "0", "1"):
        raise Invalid({name: N_("This is none of the choices.")})
    return given == "1"


def moment_ms(request: Request, name: str) -> int:
    """A moment of the query in milliseconds UTC; 0 where none is given.

    Raises:
        Invalid: no moment of RFC 3339.
    """
    given = word(request, name)
    if not given:
        return 0
    try:
        moment = datetime.fromisoformat(given)
        if moment.tzinfo is None:
            raise ValueError
        return max(0, int(moment.timestamp() * 1000))
    except (ValueError, OverflowError):
        raise Invalid({name: N_("This is no moment such as 2026-11-24T03:40:00Z.")}) from None


def word(request: Request, name: str) -> str:
    """A text of the query; empty where none is given.

    Raises:
        Invalid: it is too long, or holds characters that nothing of ours has.
    """
    given = request.query_params.get(name, "")
    if not given.isprintable() or len(given) > LONGEST_WORD:
        raise Invalid({name: ANY_OTHER})
    return given


def address(request: Request) -> str:
    """The client's address: the socket's, or what a trusted proxy forwarded."""
    return request.client.host if request.client is not None else ""


def is_known(request: Request) -> bool:
    """Whether `address` is the client's own, and not that of a proxy nobody named."""
    return not getattr(request.state, "forwarded", False)


def language(request: Request) -> str:
    """The language to answer in: the person's own, else the browser's choice."""
    own = getattr(request.state, "language", "")
    chosen = closest(own) if own else None
    return chosen or negotiate(request.headers.get("accept-language", ""))


def answer(data: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON in UTF-8; never kept by caches unless `headers` say so."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Response(
        body.encode("utf-8", "replace"),
        status,
        {"cache-control": "no-store", **(headers or {})},
        "application/json",
    )


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
