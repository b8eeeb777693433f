"""The options of a live chat and their defaults."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from pydantic import ValidationError

from engage.livechat.administration import Draft
from engage.livechat.launcher import ink_on
from engage.livechat.model import Destination
from engage.livechat.options import InfoType, Options, Texts, text_hash
from engage.system.time_settings import Hours


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
    assert options.theme_mode == "light"


def test_notice_names_the_days_of_retention() -> None:
    options = Options(
        privacy_control=True, privacy_notice="Kept ${RETENTION_DAYS} days.", retention_days=7
    )
    assert options.notice("en", same) == "Kept 7 days."


def test_built_in_notice_names_the_days_of_retention_in_the_readers_language() -> None:
    options = Options(privacy_control=True)
    assert "30" in options.notice("en", same)
    assert options.notice("ar", lambda text: "AR ${RETENTION_DAYS}") == "AR 30"


def test_there_is_no_notice_without_privacy_control() -> None:
    assert Options(privacy_notice="Text").notice("en", same) == ""


def test_an_alias_is_one_line_and_of_blanks_none() -> None:
    with pytest.raises(ValidationError):
        Options(agent_alias="Care\n\x07")
    nobody = Options(agent_display="alias", agent_alias="  ")
    assert nobody.manners(same).alias == "Support"
    first = Options(agent_display="first_name").manners(lambda text: "Servicio")
    assert (first.alias, first.nameless) == ("", "Servicio")


def test_hash_of_the_notice_is_sha256_of_its_utf8() -> None:
    assert text_hash("Zustimmung ✓") == hashlib.sha256("Zustimmung ✓".encode()).hexdigest()


def test_info_types_are_kept_once_and_in_the_order_of_the_form() -> None:
    options = Options.model_validate({"info_types": ["phone", "email", "phone"]})
    assert options.info_types == (InfoType.EMAIL, InfoType.PHONE)


def draft(options: Options | None = None, **changed: Any) -> Draft:
    fields = {"name": "Shop", "enabled": True, "destination": Destination("queue", ("6500",))}
    return Draft(**{**fields, **changed}, options=options or Options())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (draft(name=""), "name"),
        (draft(destination=Destination("queue", ())), "destination"),
        (draft(destination=Destination("queue", ("6500", "6501"))), "destination"),
        (draft(destination=Destination("extensions", tuple(map(str, range(51))))), "destination"),
        (draft(Options(info_types=())), "info_types"),
        (draft(Options(working_hours=6)), "working_rows"),
        (draft(Options(language="xx")), "language"),
        (draft(Options(translations={"xx": Texts()})), "translations"),
    ],
)
def test_mistakes_of_a_draft_are_told_at_their_fields(wrong: Draft, field: str) -> None:
    assert list(wrong.problems()) == [field]


def test_good_drafts_have_no_problems() -> None:
    extensions = Destination("extensions", ("1000", "1001"))
    assert draft(destination=extensions).problems() == {}
    assert draft(Options(info_types=(), require_visitor_info=False)).problems() == {}
    assert draft(Options(privacy_control=True)).problems() == {}  # the built-in notice is shown
    nights = Options(working_hours=6, working_rows=(Hours(start="22:00", end="06:00"),))
    assert draft(nights).problems() == {}


def test_text_is_the_languages_own_then_everybodys_then_the_built_in_one() -> None:
    options = Options(
        welcome_message="Hello", translations={"de": Texts(welcome_message="Guten Tag")}
    )
    assert options.text("welcome_message", "de", same) == "Guten Tag"
    assert options.text("welcome_message", "ar", same) == "Hello"
    assert options.text("offline_message", "de", str.upper).startswith("WE ARE CLOSED")


def test_rows_of_the_first_release_are_read() -> None:
    old = Options.model_validate({"theme": {"color": "#112233", "position": "left"}})
    assert (old.theme_color, old.launcher_position, old.theme_mode) == ("#112233", "left", "auto")


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
        {"theme_color": "red"},
        {"theme": {"color": "red"}},
        {"working_hours": 7},
        {"colour": "#ffffff"},
    ],
)
def test_bad_options_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Options.model_validate(bad)


@pytest.mark.parametrize(
    ("color", "ink"),
    [("#000000", "#fff"), ("#ffffff", "#000"), ("#1f6feb", "#fff"), ("#ffd400", "#000")],
)
def test_what_is_written_on_the_sites_color_can_be_read(color: str, ink: str) -> None:
    assert ink_on(color) == ink


def test_a_picture_of_the_sites_own_brings_its_rules_along() -> None:
    options = Options(launcher_style="bar")
    assert "img+svg" in options.launcher("/livechat/demo/pictures/icon?v=1")["css"]
    assert "img+svg" not in options.launcher("")["css"]
