"""Forwarding by presence: five records of three targets each, read and merged. Without I/O."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from engage.api.fields import Field, Fields
from engage.api.status import bad_value
from engage.api.values import BadValue, Choice, Digit, Line, Whole, as_list
from engage.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PRESENCES = ("available", "away", "chat", "unavailable", "userdef")
"""The states that have targets; `dnd` has none."""
STATES = (*PRESENCES, "dnd")
CASES = ("cfu", "cfb", "cfn")
TIME_CONDITIONS = (0, 1, 2, 3, 4, 5, 6, 8)
DESTINATIONS = (0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13)
NONE = "0"
CUSTOM_NUMBER = "2"

TIME = Whole(0, 8, TIME_CONDITIONS)
DESTINATION = Digit(DESTINATIONS)
TARGET = Line(64, 1, re.compile(r"[0-9A-Za-z+*#-]+"), "digits, letters and + - * #")

RECORD = "sip_presence_settings"
RECORDS = (RECORD, "presence_settings")
NOT_A_RECORD = N_("each part must be an object that names its presence_status.")
NO_TARGET = N_("there is no target for this destination type.")

Record = dict[str, Any]


def _case_fields() -> Iterator[Field]:
    for case in CASES:
        yield Field(case, TARGET, None, nullable=True, effective=True)
        yield Field(f"{case}_timetype", TIME, 0, effective=True)
        yield Field(f"{case}_destination_type", DESTINATION, NONE, effective=True)


FORWARDING = Fields(tuple(_case_fields()))
"""The members of a record, which also stand alone for the present state."""
STATUS = Field("presence_status", Choice(PRESENCES))


def complete(kept: Sequence[Mapping[str, Any]]) -> list[Record]:
    """All five records as they are answered; those never set have no targets."""
    known = {each["presence_status"]: each for each in kept}
    return [
        {**FORWARDING.answered(known.get(state, {})), "presence_status": state}
        for state in PRESENCES
    ]


def merged(
    kept: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any], present: str
) -> list[Record] | None:
    """The records after a request; None when it names none.

    Args:
        kept: the records so far.
        parameters: of the request; the list under either of its names, or single members.
        present: the state that single members belong to.

    Raises:
        Refused: a record or a member cannot be taken; nothing is changed then.
    """
    changes = list(_changes(parameters))
    flat = FORWARDING.given(parameters)
    if flat and present in PRESENCES:
        changes.append((present, flat))
    if not changes:
        return None
    records = {each["presence_status"]: each for each in complete(kept)}
    for state, change in changes:
        records[state] = {**records[state], **change}
    for each in records.values():
        _check(each)
    return list(records.values())


def targets(records: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each target that is a number of ours: (destination type, number)."""
    for each in records:
        for case in CASES:
            kind = each[f"{case}_destination_type"]
            if kind not in (NONE, CUSTOM_NUMBER) and each[case]:
                yield kind, each[case]


def _changes(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Record]]:
    for name in RECORDS:
        if parameters.get(name) is None:
            continue
        try:
            given = as_list(parameters[name])
        except BadValue as bad:
            raise bad_value(name, bad.text, bad.params, bad.status) from None
        for each in given:
            if not isinstance(each, dict):
                raise bad_value(name, NOT_A_RECORD)
            members = {str(key).strip().lower(): value for key, value in each.items()}
            if not members.get("presence_status"):
                raise bad_value(name, NOT_A_RECORD)
            yield STATUS.read(members["presence_status"]), FORWARDING.given(members)


def _check(record: Record) -> None:
    for case in CASES:
        if record[f"{case}_destination_type"] != NONE and not record[case]:
            raise bad_value(case, NO_TARGET)
