"""What people may write, and the one form in which it is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engage.errors import EngageError, Invalid, TextRefused, TooLarge
from engage.hub.model import TEXT_LIMIT, clean_client_id, clean_text, encode_body, mended_text
from tests.support.examples import examples

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=200)


def test_ordinary_text_is_kept_as_it_is() -> None:
    for text in (
        "Hello",
        "two\nlines\tand a tab",
        "  spaces stay  ",
        "مرحبا",
        "👩‍👩‍👧 👍🏽",
        "<b>&amp;",
    ):
        assert clean_text(text) == text


def test_line_ends_become_newlines() -> None:
    assert clean_text("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_text_is_composed() -> None:
    assert clean_text("Cafe\u0301") == "Café"


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\udead"])
def test_control_characters_and_lone_surrogates_are_refused_by_name(character: str) -> None:
    with pytest.raises(TextRefused) as refusal:
        clean_text(f"é {character}")
    assert refusal.value.params == {"character": f"U+{ord(character):04X}"}


@pytest.mark.parametrize("override", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_bidirectional_overrides_are_removed(override: str) -> None:
    assert clean_text(f"invoice{override}fdp.exe") == "invoicefdp.exe"


def test_direction_marks_of_ordinary_writing_stay() -> None:
    assert clean_text("שלום\u200f!") == "שלום\u200f!"


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u202e\u202c", "\r\n"])
def test_text_without_anything_to_read_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean_text(text)


def test_limit_counts_code_points_of_the_kept_form() -> None:
    assert len(clean_text("😀" * TEXT_LIMIT)) == TEXT_LIMIT
    assert len(clean_text("e\u0301" * TEXT_LIMIT)) == TEXT_LIMIT
    for text in ("😀" * (TEXT_LIMIT + 1), "a" * (TEXT_LIMIT + 1), "a" * 10_000_000):
        with pytest.raises(TooLarge) as refusal:
            clean_text(text)
        assert refusal.value.params == {"limit": TEXT_LIMIT}


def test_run_of_combining_marks_is_parted_since_ordering_it_takes_its_square() -> None:
    kept = clean_text("a" + "\u0301\u0316" * 1000 + "b")
    runs = "".join("x" if unicodedata.combining(each) else " " for each in kept).split()
    assert max(map(len, runs)) <= 30
    assert kept.replace("\u034f", "").count("\u0316") == 1000


@given(ANY_TEXT)
@settings(max_examples=examples(60))
def test_any_text_is_refused_by_a_typed_error_or_kept_in_a_form_that_stays(text: str) -> None:
    try:
        kept = clean_text(text)
    except EngageError:
        return
    assert clean_text(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    refused = [each for each in kept if unicodedata.category(each) in ("Cc", "Cs")]
    assert set(refused) <= {"\n", "\t"}
    kept.encode()


@pytest.mark.parametrize("key", ["", "a" * 65, "with space", "tab\t", "nul\0", "é", "\ud800"])
def test_odd_client_ids_are_refused(key: str) -> None:
    with pytest.raises(Invalid):
        clean_client_id(key)


def test_visible_ascii_is_a_client_id() -> None:
    assert clean_client_id("0192f0c1-7b2e-7abc-8def-0123456789ab") != ""
    assert clean_client_id("!" * 64) == "!" * 64


def test_body_with_a_lone_surrogate_is_refused_before_it_meets_a_database() -> None:
    with pytest.raises(TextRefused):
        encode_body({"by": {"name": "\ud800"}})


@given(st.text(st.characters(), max_size=60), st.integers(1, 50))
def test_what_nobody_can_write_again_is_mended_until_it_is_a_text(text: str, limit: int) -> None:
    mended = mended_text(text, limit)
    assert mended == "" or clean_text(mended, limit) == mended


def test_marks_stand_for_what_is_refused_and_the_end_is_cut_off() -> None:
    assert mended_text("a\x07b\ud800c\r\nd") == "a\ufffdb\ufffdc\nd"
    assert mended_text(" \r\n ") == mended_text("") == ""
    assert len(mended_text("\u0958" * TEXT_LIMIT)) == TEXT_LIMIT  # NFC makes two of each
