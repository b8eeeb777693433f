"""What a visitor may fill in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.livechat.form import Form, check, page_url
from engage.livechat.options import InfoType, Options

ASK_ALL = Options()
ASK_NONE = Options(require_visitor_info=False)


def test_each_checked_field_is_asked_for() -> None:
    _, fields = check(Form(), ASK_ALL)
    assert set(fields) == {"full_name", "email", "phone"}


def test_only_the_selected_fields_are_asked_for() -> None:
    _, fields = check(Form(), Options(info_types=(InfoType.EMAIL,)))
    assert set(fields) == {"email"}


def test_nothing_is_asked_for_when_visitor_info_is_off() -> None:
    details, fields = check(Form(), ASK_NONE)
    assert not fields
    assert details.full_name == ""


def test_what_is_given_unasked_is_checked_all_the_same() -> None:
    _, fields = check(Form(email="nonsense"), ASK_NONE)
    assert set(fields) == {"email"}


@pytest.mark.parametrize(
    "email", ["a", "a@", "@b.example", "a b@c.example", "a@b", "a@b..example", "<b>@x.example"]
)
def test_wrong_email_is_refused(email: str) -> None:
    _, fields = check(Form(email=email), ASK_NONE)
    assert "email" in fields


@pytest.mark.parametrize(
    "email",
    ["ana@example.test", "ana+x@example.com", "käthe@bücher.example", '"a b"@x.example'],
)
def test_right_email_is_taken_without_asking_the_network(email: str) -> None:
    details, fields = check(Form(email=email), ASK_NONE)
    assert not fields
    assert details.email


@pytest.mark.parametrize("phone", ["12", "1" * 33, "12a", "+49 30 1234#", "١٢٣٤"])
def test_wrong_phone_is_refused(phone: str) -> None:
    _, fields = check(Form(phone=phone), ASK_NONE)
    assert "phone" in fields


@pytest.mark.parametrize("phone", ["123", "+49 (30) 123-456", "1" * 32])
def test_right_phone_is_taken(phone: str) -> None:
    details, fields = check(Form(phone=phone), ASK_NONE)
    assert not fields
    assert details.phone == phone


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800", "a\x1bb", "x" * 121])
def test_control_characters_surrogates_and_long_names_are_refused(name: str) -> None:
    _, fields = check(Form(full_name=name), ASK_NONE)
    assert "full_name" in fields


def test_markup_is_kept_as_the_text_it_is() -> None:
    details, _ = check(Form(full_name="<img src=x onerror=alert(1)>"), ASK_NONE)
    assert details.full_name == "<img src=x onerror=alert(1)>"


def test_a_name_is_one_line_without_overrides_of_direction() -> None:
    details, _ = check(Form(full_name="  Ana\n\u202ecosta\u2066 "), ASK_NONE)
    assert details.full_name == "Ana costa"


def test_a_name_of_nothing_visible_counts_as_empty() -> None:
    _, fields = check(Form(full_name="\u202e \t"), Options(info_types=(InfoType.FULL_NAME,)))
    assert set(fields) == {"full_name"}


def test_consent_must_be_given_when_privacy_control_is_on() -> None:
    options = Options(require_visitor_info=False, privacy_control=True)
    assert set(check(Form(), options)[1]) == {"consent"}
    assert not check(Form(consent=True), options)[1]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "http://a/\x00"])
def test_a_page_address_that_is_none_is_dropped(url: str) -> None:
    assert page_url(url) == ""


def test_a_page_address_is_kept() -> None:
    assert page_url("https://shop.example/a?b=c") == "https://shop.example/a?b=c"


@given(st.text(alphabet=st.characters(), max_size=300))
def test_no_text_makes_the_form_fail(text: str) -> None:
    details, fields = check(Form(text, text, text, consent=True), ASK_ALL)
    for value in (details.full_name, details.email, details.phone):
        assert "\x00" not in value
        value.encode()
    assert set(fields) <= {"full_name", "email", "phone"}
    page_url("https://" + text).encode()
