"""What the extractor finds in legal but nasty TypeScript."""

from __future__ import annotations

from io import BytesIO

import pytest

from tools.catalogs import Catalog, place_faults, plural_rule, pseudo_catalog
from tools.extract_ts import extract

NASTY = r"""
const a = t("plain");
const b = t('it\'s \u00fc \n line');
const c = t(`template`);
const d = t("one " + "two");
// Translators: of a door
const e = pt("verb", "Open");
const f = nt("{n} line", "{n} lines", count, { n });
const g = /['"]/.test(x) ? t("after a regular expression") : 8 / 4 / 2;
const h = `outer ${`inner ${t("nested")}`}`;
const i = <p title={t("attribute")}>it's text with an apostrophe {t("after it")} don't</p>;
const j = wait(t("argument"));
const k = object.t("a method of somebody else's");
"""


def found(source: str) -> list[tuple[str, object, list[str]]]:
    messages = extract(BytesIO(source.encode()), {}, ("Translators:",), {})
    return [(function, texts, comments) for _, function, texts, comments in messages]


def test_every_message_of_ours_is_found_and_nobody_elses() -> None:
    assert [texts for _, texts, _ in found(NASTY)] == [
        "plain",
        "it's ü \n line",
        "template",
        "one two",
        ("verb", "Open"),
        ("{n} line", "{n} lines"),
        "after a regular expression",
        "nested",
        "attribute",
        "after it",
        "argument",
    ]


def test_comments_for_translators_come_along() -> None:
    assert ("pgettext", ("verb", "Open"), ["Translators: of a door"]) in found(NASTY)


def test_a_text_that_is_not_literal_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert found("t(name)") == []
    assert "not a literal text" in capsys.readouterr().err


def test_a_translation_that_loses_a_place_is_a_fault() -> None:
    catalog = Catalog(locale="de")
    catalog.add("Hello {name}", "Hallo {nam}")
    catalog.add("%(n)s of 5", "%(n)s von 5")
    catalog.add(("{n} line", "{n} lines"), ("eine Zeile", "{n} Zeilen"))
    faults = [fault for message in catalog if message.id for fault in place_faults(message)]
    assert len(faults) == 1
    assert "Hello {name}" in faults[0]


def test_plural_rules_are_code_of_a_few_characters_only() -> None:
    catalog = Catalog(locale="ar")
    assert "n==0" in plural_rule(catalog).replace(" ", "")
    catalog._plural_expr = "alert(1)"  # noqa: SLF001 - what a hostile .po file would hold
    with pytest.raises(ValueError, match="not a plural rule"):
        plural_rule(catalog)


def test_the_pseudo_language_keeps_places() -> None:
    template = Catalog()
    template.add("Hello {name}, %(n)s left", "")
    [message] = [each for each in pseudo_catalog(template) if each.id]
    assert isinstance(message.string, str)
    assert "{name}" in message.string
    assert "%(n)s" in message.string
    assert message.string.startswith("[Hélló")
