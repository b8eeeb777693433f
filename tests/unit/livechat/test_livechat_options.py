"""The options of a live chat and their defaults."""

from __future__ import annotations

import hashlib

import pytest
from pydantic import ValidationError

from engage.livechat.options import InfoType, Options, text_hash


def same(text: str) -> str:
    return text


def test_defaults_are_those_of_the_release_notes() -> None:
    options = Options()
    assert options.require_visitor_info
    assert options.asked() == (InfoType.FULL_NAME, InfoType.EMAIL, InfoType.PHONE)
    assert not options.privacy_control
    assert options.retention_days == 30
    assert options.inquiry_timeout_min == 10
    assert not options.allow_visitor_to_call


def test_notice_names_the_days_of_retention() -> None:
    options = Options(
        privacy_control=True, privacy_notice="Kept ${RETENTION_DAYS} days.", retention_days=7
    )
    assert options.notice(same) == "Kept 7 days."


def test_built_in_notice_names_the_days_of_retention_in_the_readers_language() -> None:
    options = Options(privacy_control=True)
    assert "30" in options.notice(same)
    assert options.notice(lambda text: "AR ${RETENTION_DAYS}") == "AR 30"


def test_there_is_no_notice_without_privacy_control() -> None:
    assert Options(privacy_notice="Text").notice(same) == ""


def test_hash_of_the_notice_is_sha256_of_its_utf8() -> None:
    assert text_hash("Zustimmung ✓") == hashlib.sha256("Zustimmung ✓".encode()).hexdigest()


def test_info_types_are_kept_once_and_in_the_order_of_the_form() -> None:
    options = Options.model_validate({"info_types": ["phone", "email", "phone"]})
    assert options.info_types == (InfoType.EMAIL, InfoType.PHONE)


def test_visitor_information_without_a_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        Options(info_types=())
    assert Options(info_types=(), require_visitor_info=False).asked() == ()


@pytest.mark.parametrize(
    "domain", ["a b", "x;script-src *", "https://a.example", "", "a.example\n"]
)
def test_allowed_domains_are_host_names_only(domain: str) -> None:
    with pytest.raises(ValidationError):
        Options(allowed_domains=(domain,))


def test_any_site_may_show_the_page_unless_domains_are_named() -> None:
    assert Options().frame_ancestors() == "*"
    named = Options(allowed_domains=("shop.example", "*.shop.example", "localhost:8000"))
    assert named.frame_ancestors() == "'self' shop.example *.shop.example localhost:8000"


@pytest.mark.parametrize(
    "bad",
    [
        {"retention_days": -1},
        {"retention_days": 3651},
        {"inquiry_timeout_min": 1441},
        {"theme": {"color": "red"}},
        {"colour": "#ffffff"},
    ],
)
def test_bad_options_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(bad)
