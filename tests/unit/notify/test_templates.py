"""Templates: every text of ours is one, and nothing but values comes out of anybody's."""

from __future__ import annotations

import re
from datetime import UTC

import pytest

from engage.i18n import languages
from engage.notify.kinds import KINDS, OFFLINE_MESSAGE, WAITING_INQUIRY, WELCOME, Kind
from engage.notify.templates import Occasion, Source, faults, own_source, render, samples

EN = Occasion("en", "Ben Osei", "Engage", "https://pbx.example:8089", UTC)


def source(subject: str = "", text: str = "", html: str = "") -> Source:
    return Source(subject, text, html)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda each: each.name)
def test_every_own_template_is_whole_in_every_language(kind: Kind, language: str) -> None:
    own = own_source(kind, language)
    assert faults(kind, own) == []
    occasion = Occasion(language, "Ben", "Engage", "https://pbx.example", UTC)
    mail = render(kind, own, samples(kind, language), occasion)
    assert mail.subject
    for text in (mail.subject, mail.text, mail.html):
        assert "{{" not in text
        assert "{%" not in text
        assert "%(" not in text
    if any(each.name == "link" for each in kind.variables):
        assert re.search("https://pbx.example/(wave|admin)/", mail.text)
        assert re.search('href="https://pbx.example/(wave|admin)/', mail.html)


def test_values_are_escaped_in_html_and_raw_in_text() -> None:
    evil = '<script>alert(1)</script>" onload="x'
    params = {"visitor_name": evil, "message": f"one\n{evil}", "link": "/wave/"}
    mail = render(OFFLINE_MESSAGE, own_source(OFFLINE_MESSAGE, "en"), params, EN)
    assert "<script>" not in mail.html
    assert 'onload="x' not in mail.html
    assert f"> {evil}" in mail.text
    assert evil in mail.subject


def test_a_subject_is_one_line() -> None:
    params = {"visitor_name": "x\r\nBcc: evil@example.test\u2028y"}
    mail = render(OFFLINE_MESSAGE, own_source(OFFLINE_MESSAGE, "en"), params, EN)
    assert mail.subject.splitlines() == [mail.subject]


def test_a_value_that_is_missing_leaves_no_gap_behind() -> None:
    mail = render(WAITING_INQUIRY, own_source(WAITING_INQUIRY, "en"), {"waiting": 90}, EN)
    assert "A visitor has been waiting" in mail.text
    assert "2 minutes" in mail.text
    mail = render(OFFLINE_MESSAGE, own_source(OFFLINE_MESSAGE, "en"), {"message": "Hi"}, EN)
    assert "\n\n\n" not in mail.text
    assert "Phone Number" not in mail.html


def test_secrets_are_hidden_from_who_only_looks() -> None:
    params = {"link": "/wave/#/password?token=sesame", "full_name": "Ben"}
    shown = render(WELCOME, own_source(WELCOME, "en"), params, EN, hide_secrets=True)
    assert "sesame" not in shown.text + shown.html
    sent = render(WELCOME, own_source(WELCOME, "en"), params, EN)
    assert "sesame" in sent.text
    assert "sesame" in sent.html


def test_an_unknown_value_is_reported_at_its_field_and_line() -> None:
    found = faults(WELCOME, source("{{ user_nmae }}", "one\n\n{{ visitor_name }}", "<p>"))
    assert [(each.field, each.line, each.params["name"]) for each in found] == [
        ("subject", 1, "user_nmae"),
        ("text", 3, "visitor_name"),
    ]


@pytest.mark.parametrize(
    "text", ["{{ full_name", "{% if %}x{% endif %}", "{% if full_name %}", "{{"]
)
def test_what_cannot_be_read_is_reported_at_its_line(text: str) -> None:
    (fault,) = faults(WELCOME, source(html=f"<p>\n{text}"))
    assert (fault.field, fault.line) == ("html", 2)
    assert fault.params["problem"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ full_name.__class__ }}",
        "{{ full_name['__class__'] }}",
        "{{ full_name|attr('__class__') }}",
        "{{ full_name|map('upper') }}",
        "{{ full_name|safe }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ lipsum() }}",
        "{{ range(10 ** 9) }}",
        "{{ 'a' * 10 ** 9 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%s'.format(full_name) }}",
        "{% for a in full_name %}{{ a }}{% endfor %}",
        "{% set a = full_name %}",
        "{% macro a() %}{% endmacro %}",
        "{% include 'layout.html' %}",
        "{% import 'layout.html' as a %}",
        "{% extends 'layout.html' %}",
        "{% filter upper %}a{% endfilter %}",
        "{% with a = 1 %}{% endwith %}",
        "{% call button() %}{% endcall %}",
        "{{ button }}",
        "{{ full_name() }}",
        "{{ button(link, text=full_name) }}",
        "{{ button(*full_name) }}",
        "{{ quote(full_name, full_name) }}",
        "{{ [full_name] }}",
        "{{ {'a': full_name} }}",
        "{{ full_name is callable }}",
        "{{ full_name < 1 }}",
        "{{ 'a' in full_name }}",
        "{{ full_name|upper(1) }}",
        "{{ full_name|trim(1) }}",
        "{% autoescape false %}{{ full_name }}{% endautoescape %}",
        "{% trans %}a{% endtrans %}",
    ],
)
def test_no_way_out_of_a_template(text: str) -> None:
    assert faults(WELCOME, source(html=text))
    assert faults(WELCOME, source(subject=text))


@pytest.mark.parametrize(
    "text",
    [
        "{{ full_name }}",
        "{{ full_name|upper }}",
        "{{ full_name|default('you') }}",
        "{% if extension == '1' and not user_name %}a{% elif link %}b{% else %}c{% endif %}",
        "{{ full_name or recipient_name }}",
        "{{ 'a' if extension else 'b' }}",
        "{{ full_name ~ ' ' ~ user_name }}",
        "{{ button(link, 'Go') }}{{ quote(full_name) }}",
        "{# nobody sees this #}",
        "{% raw %}{{ this }}{% endraw %}",
        "{% if extension is defined %}a{% endif %}",
    ],
)
def test_what_templates_are_for_is_allowed(text: str) -> None:
    assert faults(WELCOME, source(html=text, text=text, subject=text)) == []
    render(WELCOME, source(html=text, text=text, subject=text), samples(WELCOME, "en"), EN)


def test_the_page_has_the_languages_direction() -> None:
    arabic = Occasion("ar", "Ben", "Engage", "https://pbx.example", UTC)
    mail = render(WELCOME, own_source(WELCOME, "ar"), samples(WELCOME, "ar"), arabic)
    assert '<html lang="ar" dir="rtl">' in mail.html
    assert "prefers-color-scheme: dark" in mail.html


def test_numbers_moments_and_spans_are_written_as_people_read_them() -> None:
    kind = KINDS["inactive_user"]
    one = {"unread": 1, "last_seen": 1_764_000_000_000, "link": "/wave/"}
    mail = render(kind, own_source(kind, "en"), one, EN)
    assert mail.subject == "You have 1 new message"
    assert "November 24, 2025" in mail.text
