"""Patterns of numbers: what they take, and which of several fits best."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.dialplan.patterns import BadPattern, parse, patterns_of

NUMBERS = st.text("0123456789*#+", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("pattern", "taken", "refused"),
    [
        ("_1XXX", ["1000", "1999"], ["2000", "100", "10000", "1a00"]),
        ("_NXX", ["200", "999"], ["100", "099"]),
        ("_Z0", ["10", "90"], ["00"]),
        ("_z0", ["10"], ["z0", "00"]),
        ("_[12345-9]1", ["11", "51", "91"], ["01"]),
        ("_[x]1", ["x1"], ["11", "X1"]),
        ("_9.", ["91", "9123456"], ["9", "81"]),
        ("_9!", ["9", "91", "9123"], ["8", ""]),
        ("_+49.", ["+4930"], ["4930"]),
        ("_555-12XX", ["5551200"], ["555-1200"]),
        ("911", ["911"], ["9110", "91"]),
        ("_9X. /* to the city */", ["912"], ["91"]),
        ("*43", ["*43"], ["43"]),
    ],
)
def test_a_pattern_takes_its_numbers_and_no_others(
    pattern: str, taken: list[str], refused: list[str]
) -> None:
    read = parse(pattern)
    assert all(map(read.matches, taken))
    assert not any(map(read.matches, refused))


@pytest.mark.parametrize("bad", ["", "_", "_[", "_[]", "_[9-1]", "_1.2", "_1!1", "1/", "a_b", "ü"])
def test_what_means_nothing_is_refused(bad: str) -> None:
    with pytest.raises(BadPattern):
        parse(bad)


def test_behind_the_slash_stands_who_may_call() -> None:
    read = parse("_2XXX/1234")
    assert read.takes("2000", "1234")
    assert not read.takes("2000", "1235")
    assert parse("_2XXX/_12XX").takes("2000", "1299")
    assert parse("_2XXX/1234").vagueness < parse("_2XXX/_12XX").vagueness
    assert parse("_2XXX/_12XX").vagueness < parse("_2XXX").vagueness


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("_10XX", "_1XXX"),
        ("1000", "_100X"),
        ("_NXXX", "_ZXXX"),
        ("_ZXXX", "_XXXX"),
        ("_1XXX", "_1."),
        ("_10.", "_1."),
        ("_1.", "_1!"),
        ("_1.", "_X."),
        ("_[12]000", "_[1-5]000"),
    ],
)
def test_the_more_specific_pattern_is_the_better_match(better: str, worse: str) -> None:
    assert parse(better).vagueness < parse(worse).vagueness


def test_a_text_holds_a_pattern_a_line_with_comments_anywhere() -> None:
    text = "_9X. /* city */\n\n/* two\nlines */\n  _00. \n911"
    assert patterns_of(text) == ["_9X.", "_00.", "911"]


@given(NUMBERS)
def test_a_number_takes_itself_alone(number: str) -> None:
    assert parse(number).matches(number)
    assert not parse(number).matches(number + "1")


PIECES = st.sampled_from(["X", "Z", "N", "[1-5]", "[79]", "0", "7", "*", "+"])
EXPRESSIONS = {
    "X": "[0-9]",
    "Z": "[1-9]",
    "N": "[2-9]",
    "*": r"\*",
    "+": r"\+",
    ".": ".+",
    "!": ".*",
    "": "",
}


@given(st.lists(PIECES, min_size=1, max_size=6), st.sampled_from(["", ".", "!"]), NUMBERS)
def test_a_pattern_says_what_its_regular_expression_says(
    pieces: list[str], rest: str, number: str
) -> None:
    expression = "".join(EXPRESSIONS.get(each, each) for each in [*pieces, rest])
    expected = re.fullmatch(expression, number) is not None
    assert parse("_" + "".join(pieces) + rest).matches(number) == expected
