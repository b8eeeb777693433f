"""Whose a number is: every kind is asked, and an object may keep its own."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engage.errors import Invalid, Label
from engage.i18n import translate
from engage.people.book import PeopleBook
from engage.people.numbering import (
    NumberBook,
    NumberOfExtension,
    NumberOfFeature,
    NumberOfRingGroup,
    NumberTaken,
    Owner,
    owners_among,
)
from engage.people.numbers import OUTSIDE, NumberRanges
from tests.unit.people.test_people_book import entry


def book_of(held: dict[str, tuple[str, str]]) -> NumberBook:
    """Ring groups, by number: id and name."""

    def holds(number: str, but: str) -> str | None:
        ident, name = held.get(number, (but, ""))
        return None if ident == but else name

    book = NumberBook()
    book.register(Owner(NumberOfRingGroup, holds))
    return book


def test_what_has_a_number_is_named_at_the_field() -> None:
    book = book_of({"5000": ("g1", "Sales")})
    assert book.taken("5001") is None
    assert book.taken("5000", "g1") is None
    with pytest.raises(NumberOfRingGroup) as refused:
        book.check("5000", "g2", "code")
    told = refused.value
    assert (told.code, list(told.fields)) == ("number_taken", ["code"])
    assert translate(told.text, "en", told.params) == (
        "The number 5000 belongs to the ring group “Sales”."
    )


def test_places_of_a_shared_line_belong_to_its_extension() -> None:
    place = {"number": "1911", "originates": True, "terminates": True}
    shared = replace(entry("1002", "Shop"), options={"sca": {"locations": [place]}})
    ledger = SimpleNamespace(book=PeopleBook.of(1, 1, [], [shared], [], []))
    book = NumberBook()
    for owner in owners_among(cast("Any", ledger)):
        book.register(owner)
    for number in ("1002", "1911"):
        assert isinstance(book.taken(number), NumberOfExtension)
        assert book.taken(number, "1002") is None
    assert book.taken("1003") is None


def test_the_name_of_a_feature_is_told_in_the_readers_language() -> None:
    told: NumberTaken = NumberOfFeature("#72", Label("Call Park"))
    german = translate("Call Park", "de")
    assert german in translate(told.text, "de", told.params)


@pytest.mark.parametrize("span", OUTSIDE)
def test_each_range_has_ends_of_its_own(span: Any) -> None:
    ranges = NumberRanges()
    first, last = ranges.spans[f"{span}_from"], ranges.spans[f"{span}_to"]
    book = NumberBook(lambda: ranges)
    for number in (first, last):
        book.check_range(span, str(number), "number")
    for number in (first - 1, last + 1):
        with pytest.raises(Invalid) as refused:
            book.check_range(span, str(number), "number")
        text = refused.value.fields["number"]
        assert str(first) in translate(text, "en", refused.value.params)
