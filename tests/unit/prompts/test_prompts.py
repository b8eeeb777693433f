"""What is said, in every language, as one would hear it."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.prompts.catalogue import ENGLISH, LANGUAGES, language_for
from pbxcore.prompts.language import LARGEST, NOUNS, digits
from pbxcore.prompts.sounds import ENDING, SHIPPED, Prompts

if TYPE_CHECKING:
    from pathlib import Path

    from pbxcore.prompts.language import Language, Spoken

EVERY = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES.keys())
GRAMMAR = {"at", "oh", "oclock", "am", "pm", "the", "one", "of", "at-one", "hour", "first", "sharp"}
GRAMMAR |= {"morning", "afternoon", "evening", "night", "two", "minutes", "zero"}
GRAMMAR |= {"exactly-hundred", "hundred", "thousand", "million", "millions"}
GRAMMAR |= {"ten-thousand", "hundred-million"}


def heard(language: Language, spoken: Spoken) -> str:
    return " ".join(language.texts[each] for each in spoken)


def number(code: str, number: int) -> str:
    language = LANGUAGES[code]
    return heard(language, language.number(number))


def counted(code: str, number: int, noun: str = "new-message") -> str:
    language = LANGUAGES[code]
    return heard(language, language.counted(number, noun))


def at(code: str, hour: int, minute: int) -> str:
    language = LANGUAGES[code]
    return heard(language, language.time(time(hour, minute)))


def on(code: str, *day: int) -> str:
    language = LANGUAGES[code]
    return heard(language, language.date(date(*day)))


@EVERY
@given(number=st.integers(0, LARGEST * 10), day=st.dates(), moment=st.times())
def test_all_that_is_said_has_a_text(
    language: Language, number: int, day: date, moment: time
) -> None:
    said = [language.number(number), language.date(day), language.time(moment)]
    said += [language.counted(number, noun) for noun in NOUNS]
    said.append(digits(f"*72#+{number}A"))
    assert all(heard(language, each) for each in said)


@EVERY
@given(numbers=st.sets(st.integers(0, LARGEST), min_size=2, max_size=2))
def test_no_two_numbers_sound_alike(language: Language, numbers: set[int]) -> None:
    first, second = numbers
    assert heard(language, language.number(first)) != heard(language, language.number(second))


@EVERY
def test_every_language_has_every_sentence(language: Language) -> None:
    sentences = {
        name
        for name in ENGLISH.texts
        if "." not in name and not name.rpartition("-")[2].isdecimal() and name not in GRAMMAR
    }
    assert sentences <= language.texts.keys()
    assert all(f"{noun}.other" in language.texts for noun in NOUNS)
    assert all(text == text.strip() != "" for text in language.texts.values())


@EVERY
def test_every_fragment_is_shipped_as_sound(language: Language) -> None:
    files = {path.name for path in (SHIPPED / language.code).iterdir()}
    assert files == {f"{fragment}{ENDING}" for fragment in language.texts}


def test_english() -> None:
    assert number("en", 0) == "zero"
    assert number("en", 1_000_105) == "one million one hundred five"
    assert number("en", 21_342) == "twenty one thousand three hundred forty two"
    assert counted("en", 1) == "one new message"
    assert counted("en", 12) == "twelve new messages"
    assert on("en", 2026, 11, 26) == "Thursday November twenty-sixth"
    assert at("en", 14, 45) == "at two forty five P M"
    assert at("en", 0, 5) == "at twelve oh five A M"
    assert at("en", 9, 0) == "at nine o'clock A M"


def test_german() -> None:
    assert number("de", 21) == "einundzwanzig"
    assert number("de", 1234) == "ein tausend zwei hundert vierunddreißig"
    assert number("de", 101_001) == "ein hundert ein tausend eins"
    assert number("de", 3_000_000) == "drei Millionen"
    assert counted("de", 1) == "eine neue Nachricht"
    assert on("de", 2026, 11, 26) == "Donnerstag der sechsundzwanzigste November"
    assert on("de", 2026, 3, 3) == "Dienstag der dritte März"
    assert at("de", 13, 0) == "um dreizehn Uhr"
    assert at("de", 1, 30) == "um ein Uhr dreißig"


def test_spanish() -> None:
    assert number("es", 100) == "cien"
    assert number("es", 101) == "ciento uno"
    assert number("es", 1999) == "mil novecientos noventa y nueve"
    assert number("es", 21_000) == "veintiún mil"
    assert number("es", 2_000_000) == "dos millones"
    assert counted("es", 1) == "un mensaje nuevo"
    assert counted("es", 31) == "treinta y un mensajes nuevos"
    assert on("es", 2026, 12, 1) == "martes primero de diciembre"
    assert at("es", 13, 20) == "a la una y veinte de la tarde"


def test_arabic() -> None:
    assert number("ar", 21) == "واحد وعشرون"
    assert number("ar", 2005) == "ألفان و خمسة"
    assert number("ar", 5130) == "خمسة آلاف و مئة و ثلاثون"
    assert counted("ar", 1) == "رسالة جديدة واحدة"
    assert counted("ar", 2) == "رسالتان جديدتان"
    assert counted("ar", 3) == "ثلاث رسائل جديدة"
    assert counted("ar", 11) == "إحدى عشرة رسالة جديدة"
    assert counted("ar", 100, "participant") == "مئة مشارك"
    assert counted("ar", 5, "participant") == "خمسة مشاركين"
    assert at("ar", 15, 10) == "الساعة الثالثة و عشر دقائق مساء"


def test_chinese() -> None:
    said = {
        10: "十",
        15: "十五",
        110: "一百一十",
        115: "一百一十五",
        105: "一百零五",
        1005: "一千零五",
        1050: "一千零五十",
        10_000: "一万",
        10_010: "一万零一十",
        100_000: "十万",
        100_500: "十万零五百",
        120_003: "十二万零三",
        150_010_000: "一亿五千零一万",
    }
    for value, text in said.items():
        assert number("zh", value).replace(" ", "") == text
    assert counted("zh", 2) == "两 条新留言"
    assert heard(LANGUAGES["zh"], digits("110")) == "幺 幺 零"
    assert on("zh", 2026, 11, 26) == "十一月 二十六日 星期四"
    assert at("zh", 14, 5) == "下午 两点 零 五 分"


def test_a_language_is_found_by_its_tag() -> None:
    assert language_for("de-AT").code == language_for("DE_at").code == "de"
    assert language_for("tlh").code == "en"


def test_own_files_come_before_ours_and_english_last(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    own = tmp_path / "de" / "goodbye.ogg"
    own.write_bytes(b"")
    prompts = Prompts(tmp_path)
    found = [file.path for file in prompts.files("de", ("goodbye", "busy", "none", "oh"))]
    assert found == [
        str(own),
        str(SHIPPED / "de" / "busy.ogg"),
        str(SHIPPED / "en" / "oh.ogg"),
    ]
