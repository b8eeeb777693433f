"""What visitors answer to a live chat's own questions, decided field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engage.errors import N_
from engage.livechat.custom_fields import CHECKBOX, SELECT, Answer, CustomField
from engage.livechat.form import REQUIRED, FieldRefused, line

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWER_LIMIT = 200
YES = "yes"
"""The answer of a checkbox; without it there is none."""

NOT_OFFERED = N_("Please choose one of the list.")


def check(
    fields: tuple[CustomField, ...], given: Mapping[str, str]
) -> tuple[tuple[Answer, ...], dict[str, str]]:
    """Clean what was answered, by label; what nobody asked for is dropped.

    Returns:
        the answers, and the untranslated message of each field that is wrong, by `custom.<label>`.
    """
    answers: list[Answer] = []
    problems: dict[str, str] = {}
    for field in fields:
        try:
            value = _checked(field, given.get(field.label, ""))
        except FieldRefused as refused:
            problems[f"custom.{field.label}"] = refused.message
            continue
        if value:
            answers.append(Answer(field.label, value, field.kind))
    return tuple(answers), problems


def _checked(field: CustomField, given: str) -> str:
    value = line(given, ANSWER_LIMIT)
    if field.kind == CHECKBOX:
        value = YES if value else ""
    if not value and field.required:
        raise FieldRefused(REQUIRED)
    if value and field.kind == SELECT and value not in field.choices:
        raise FieldRefused(NOT_OFFERED)
    return value
