"""A live chat's own questions, and what visitors answer."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from engage.livechat.answers import NOT_OFFERED, check
from engage.livechat.custom_fields import Answer, CustomField
from engage.livechat.form import BAD_TEXT, REQUIRED
from engage.livechat.options import Options

ORDER = CustomField(label="Order number", required=True)
TOPIC = CustomField(label="Topic", kind="select", choices=("Sales", "Support"))
NEWS = CustomField(label="Send me news", kind="checkbox")


def test_answers_keep_their_order_and_what_nobody_asked_for_is_dropped() -> None:
    given = {"Topic": "Sales", "Order number": "  A-17 ", "Send me news": "on", "Else": "x"}
    answers, problems = check((ORDER, TOPIC, NEWS), given)
    assert answers == (
        Answer("Order number", "A-17", "text"),
        Answer("Topic", "Sales", "select"),
        Answer("Send me news", "yes", "checkbox"),
    )
    assert problems == {}


def test_each_wrong_answer_is_told_at_its_field() -> None:
    answers, problems = check((ORDER, TOPIC, NEWS), {"Topic": "Else", "Order number": " "})
    assert answers == ()
    assert problems == {"custom.Order number": REQUIRED, "custom.Topic": NOT_OFFERED}
    _, problems = check((ORDER,), {"Order number": "a\ud800"})
    assert problems == {"custom.Order number": BAD_TEXT}


def test_a_box_that_must_be_ticked_is() -> None:
    field = CustomField(label="I am 18", kind="checkbox", required=True)
    assert check((field,), {})[1] == {"custom.I am 18": REQUIRED}
    assert check((field,), {"I am 18": "yes"})[1] == {}


@pytest.mark.parametrize(
    "fields",
    [
        [{"label": ""}],
        [{"label": "x" * 65}],
        [{"label": "A\u0000"}],
        [{"label": "Topic"}, {"label": "topic"}],
        [{"label": "Topic", "kind": "select"}],
        [{"label": f"Field {number}"} for number in range(6)],
    ],
)
def test_what_cannot_be_asked_is_refused(fields: list[dict[str, object]]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate({"custom_fields": fields})


def test_without_a_form_nothing_is_asked() -> None:
    options = Options(require_visitor_info=False, custom_fields=(ORDER,))
    assert options.own_questions() == ()
