"""Commands of hotels' systems, as XML or as JSON, without I/O."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from xml.parsers import expat

from engage.api.status import Refused, Status, bad_value, missing
from engage.api.values import ANY_OTHER, NO_TEXT
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from engage.api.actions import Caller

ROOT: Final = "pms_data_request"
LARGEST: Final = 65_536
ONE_COMMAND: Final = N_("Send one command in data, as XML or JSON.")
NO_DATE: Final = N_("this is no date such as 20261231 or 2026/12/31 14:00.")
NO_TIME: Final = N_("this is no time of day such as 0730.")
_FORMS: Final = ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y%m%d%H%M", "%Y%m%d %H:%M")
_DAYS: Final = ("%Y/%m/%d", "%Y-%m-%d", "%Y%m%d")
_DEEPEST: Final = 8

Fields = dict[str, str]
if TYPE_CHECKING:
    Command = Callable[[Caller, Fields], Awaitable[Mapping[str, Any]]]


def read_command(data: Any) -> tuple[str, Fields]:
    """The name of a command in lower case, and its fields by their names in lower case.

    `data` is XML, text that holds JSON, or JSON itself; so is what stands under the command.

    Raises:
        Refused: -1 when it is none of these, or is not one command.
    """
    if isinstance(data, str) and data.lstrip().startswith("<"):
        return _from_xml(data)
    content = _object(data)
    if len(content) == 1 and ROOT in content:
        content = _object(content[ROOT])
    if len(content) != 1:
        raise Refused(Status.INVALID_PARAMETERS, ONE_COMMAND)
    [(name, fields)] = content.items()
    given = _object(fields) if fields not in (None, "") else {}
    return name, {key: _text(key, value) for key, value in given.items() if value is not None}


def needed(fields: Fields, name: str) -> str:
    """A field that must be there."""
    if not fields.get(name):
        raise missing(name)
    return fields[name]


def choice(fields: Fields, name: str, words: tuple[str, ...], usual: str = "") -> str:
    """One of these words, in lower case; `usual` where none was sent."""
    word = fields.get(name, "").lower() or usual
    if not word:
        raise missing(name)
    if word not in words:
        raise bad_value(name, ANY_OTHER)
    return word


def date_of(fields: Mapping[str, str], name: str) -> str:
    """A date as we keep it (`2026/12/31`, `2026/12/31 14:00`); "" where none was sent."""
    given = fields.get(name, "")
    if not given:
        return ""
    for forms, ours in (_FORMS, "%Y/%m/%d %H:%M"), (_DAYS, "%Y/%m/%d"):
        for form in forms:
            if (moment := _moment(given, form)) is not None:
                return moment.strftime(ours)
    raise bad_value(name, NO_DATE)


def day_of(fields: Mapping[str, str], name: str) -> str:
    """A day as wake-up calls have it (`2026-12-31`); "" where none was sent."""
    return date_of(fields, name)[:10].replace("/", "-")


def time_of(fields: Mapping[str, str], name: str) -> str:
    """A time of day (`07:30`); "" where none was sent."""
    given = fields.get(name, "")
    if not given:
        return ""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):?([0-5][0-9])", given)
    if found is None:
        raise bad_value(name, NO_TIME)
    return f"{found[1]}:{found[2]}"


def _moment(given: str, form: str) -> datetime | None:
    try:
        moment = datetime.strptime(given, form)  # noqa: DTZ007 - the hotel's own clock
    except ValueError:
        return None
    # Without separators strptime takes fewer digits than the form has.
    return moment if moment.strftime(form) == given else None


def _object(given: Any) -> dict[str, Any]:
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            given = None
    if not isinstance(given, dict):
        raise Refused(Status.INVALID_PARAMETERS, ONE_COMMAND)
    return {str(key).strip().lower(): value for key, value in given.items()}


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (str, int, float)):
        text = str(value).strip()
        if "\0" not in text and text.isprintable() and len(text) <= 256:
            return text
    raise bad_value(name, NO_TEXT)


def _from_xml(data: str) -> tuple[str, Fields]:
    """`<pms_data_request><checkin><room>101</room>…`; a document type is refused."""
    found = _Found()
    try:
        encoded = data.strip().encode()
        if len(encoded) > LARGEST:
            raise ValueError
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = found.open
        parser.EndElementHandler = found.close
        parser.CharacterDataHandler = found.add
        parser.Parse(encoded, True)
    except (expat.ExpatError, ValueError):
        raise Refused(Status.INVALID_PARAMETERS, ONE_COMMAND) from None
    if found.root != ROOT or len(found.commands) != 1:
        raise Refused(Status.INVALID_PARAMETERS, ONE_COMMAND)
    [(name, fields)] = found.commands
    return name, {key: _text(key, value) for key, value in fields.items()}


class _Found:
    """What three levels of elements hold."""

    def __init__(self) -> None:
        self.root = ""
        self.commands: list[tuple[str, Fields]] = []
        self._path: list[str] = []

    def open(self, name: str, _attributes: dict[str, str]) -> None:
        self._path.append(name.lower())
        if len(self._path) > _DEEPEST:
            raise ValueError
        match self._path:
            case [root]:
                self.root = root
            case [_, command]:
                self.commands.append((command, {}))
            case [_, _, field]:
                self.commands[-1][1][field] = ""

    def close(self, _name: str) -> None:
        self._path.pop()

    def add(self, text: str) -> None:
        if len(self._path) == 3:
            self.commands[-1][1][self._path[-1]] += text


def _refuse(*_: object) -> None:
    raise ValueError
