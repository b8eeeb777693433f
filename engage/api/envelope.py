"""The envelope around each request and answer, without I/O."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import parse_qsl

from engage.api.status import Refused, Status
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_ACTION = 64
DEEPEST = 8
MOST_FIELDS = 500

NO_ENVELOPE = N_('Send a JSON object with the one key "request".')
NO_ACTION = N_("The parameter %(name)s is missing.")
NUL_OR_SURROGATE = N_("The request holds characters that cannot be taken.")
TOO_DEEP = N_("The request is nested too deeply.")


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the action in lower case, the other parameters by name in lower case."""

    action: str
    cookie: str
    parameters: Mapping[str, Any]


def read(body: bytes) -> Call:
    """Read a request: JSON, or a form that holds it in its field `request`, or field by field.

    Names may come in any case and with blanks around them, since programs and the protocol's own
    guide disagree about them.

    Raises:
        Refused: -1 for what is no envelope, -50 for characters that nothing of ours may hold.
    """
    try:
        request = _request(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(Status.INVALID_PARAMETERS, NO_ENVELOPE) from None
    if not isinstance(request, dict):
        raise Refused(Status.INVALID_PARAMETERS, NO_ENVELOPE)
    _check(request, DEEPEST)
    parameters = {name.strip().lower(): value for name, value in request.items()}
    action, cookie = parameters.pop("action", None), parameters.pop("cookie", None)
    if not isinstance(action, str) or not action.strip():
        raise Refused(Status.INVALID_PARAMETERS, NO_ACTION, {"name": "action"})
    known = cookie.strip() if isinstance(cookie, str) else ""
    return Call(action.strip().lower()[:LONGEST_ACTION], known, parameters)


def write(response: Mapping[str, Any], status: Status = Status.SUCCESS) -> bytes:
    """An answer; its keys come sorted, as programs are used to."""
    body = {"response": dict(response), "status": int(status)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "replace")


def _request(text: str) -> Any:
    """What is within the envelope.

    Raises:
        ValueError: there is none.
    """
    if text.lstrip()[:1] in ("{", "["):  # whatever type its sender says it has
        data = _json(text)
        return data.get("request") if isinstance(data, dict) else None
    pairs = parse_qsl(
        text.strip(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS
    )
    form = dict(pairs)
    if "request" not in form:
        return form
    data = _json(form["request"])
    return data.get("request", data) if isinstance(data, dict) else None


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_no_constant)


def _check(value: Any, levels: int) -> None:
    """Refuse what no field may hold, wherever it stands.

    Raises:
        Refused: -50, or -1 when nested beyond reason.
    """
    if isinstance(value, str):
        if not value.isprintable() and any(_forbidden(each) for each in value):
            raise Refused(Status.FORBIDDEN_CHARACTERS, NUL_OR_SURROGATE)
        return
    if not isinstance(value, (dict, list)):
        return
    if not levels:
        raise Refused(Status.INVALID_PARAMETERS, TOO_DEEP)
    if isinstance(value, dict):
        for name in value:
            _check(name, levels)
        value = list(value.values())
    for each in value:
        _check(each, levels - 1)


def _forbidden(character: str) -> bool:
    code = ord(character)
    control = code < 0x20 or 0x7F <= code < 0xA0
    return (control and character not in "\n\r\t") or 0xD800 <= code < 0xE000


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
