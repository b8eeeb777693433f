"""How texts are compared when they are searched, and what is shown of a hit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.chat.search_rules import excerpt, folded, place_of, terms, text_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("ΣΊΣΥΦΟΣ", "σισυφος"),
        ("Straße", "STRASSE"),
        ("قَهْوَة", "قهوه"),
        ("أحمد", "احمد"),
        ("ﬁle", "FILE"),
        ("Åse", "A\u030ase"),
        ("\uff21\uff22\uff23", "abc"),
    ],
)
def test_texts_are_alike_without_case_accents_and_marks(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_terms_are_few_and_each_once() -> None:
    assert terms(" Cafe  café 会议 ") == ["cafe", "会议"]
    assert terms("  ") == []
    assert len(terms(" ".join(str(number) for number in range(50)))) == 8


def test_excerpt_shows_the_hit_as_it_was_written() -> None:
    assert excerpt("Zwei Cafés, bitte", ["cafe"]) == ("Zwei ", "Café", "s, bitte")
    assert excerpt("我们明天开会议吗", ["会议"]) == ("我们明天开", "会议", "吗")
    before, hit, after = excerpt("word " * 50 + "needle " + "word " * 50, ["needle"])
    assert before.startswith("…word")
    assert hit == "needle"
    assert after.endswith("…")
    assert excerpt("other", ["needle"]) == ("", "", "other")


@given(st.text(max_size=60), st.text(min_size=1, max_size=4))
def test_excerpt_is_a_part_of_the_text(text: str, query: str) -> None:
    before, hit, after = excerpt(text, terms(query))
    assert before.removeprefix("…") + hit + after.removesuffix("…") in text


def test_names_of_files_are_searched_and_nothing_that_was_deleted() -> None:
    assert text_of("message", {"text": "Hi"}) == "Hi"
    assert text_of("file", {"file": {"name": "plan.pdf"}}) == "plan.pdf"
    assert text_of("message", {"deleted": 4}) == ""


def test_places_grow_with_time_and_fit_a_row_number() -> None:
    early, late = place_of(1_800_000_000_000, "c", 1), place_of(1_800_000_000_001, "b", 2)
    assert 0 < early < late < 2**63
    assert place_of(3_700_000_000_000, "c", 1) < 2**63
    assert place_of(0, "c", 1) >= 0
