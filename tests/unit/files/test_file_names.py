from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engage.files.addresses import disposition
from engage.files.model import (
    NAME_BYTES,
    NAME_LIMIT,
    Refused,
    check_name,
    clean_name,
    final_name,
    split_extension,
)

NAMES = st.one_of(
    st.text(max_size=400),
    st.lists(st.sampled_from([*"a.é/\\:\u202e\u200d\u0301\t _-中", "..", ".exe"])).map("".join),
)


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("photo.jpg", "photo.jpg"),
        ("a.b.png", "a.b.png"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\ana\Bericht.pdf", "Bericht.pdf"),
        ("..", ""),
        ("/", ""),
        ("", ""),
        (".htaccess", "htaccess"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("quarterly\u200b report\x07.pdf", "quarterly report.pdf"),
        ("line\nbreak.txt", "line break.txt"),
        ("report.pdf. . ", "report.pdf"),
        ("notes.txt:hidden.exe", "notes.txt_hidden.exe"),
        ('a<b>"c"|d?*.txt', "a_b__c__d__.txt"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("console.txt", "console.txt"),
        ("e\u0301te\u0301.jpg", "été.jpg"),
        ("صورة العائلة.jpg", "صورة العائلة.jpg"),
        ("照片 一.png", "照片 一.png"),
        ("می\u200cخواهم.png", "می\u200cخواهم.png"),  # noqa: RUF001 - Persian needs its joiner
    ],
)
def test_names_stay_readable_and_lose_their_tricks(given_name: str, clean: str) -> None:
    assert clean_name(given_name) == clean


@given(NAMES)
@example("e\u2060\u0301")
@example("." * 300 + "png")
def test_a_clean_name_is_short_plain_and_clean_again(name: str) -> None:
    clean = clean_name(name)
    assert len(clean) <= NAME_LIMIT
    assert len(clean.encode()) <= NAME_BYTES
    assert not set(clean) & set('/\\<>:"|?*\n\t')
    assert not any(unicodedata.category(each) in ("Cc", "Cs") for each in clean)
    assert not any("\u202a" <= each <= "\u202e" or "\u2066" <= each <= "\u2069" for each in clean)
    assert clean == clean.strip(". ")
    assert clean_name(clean) == clean


@given(st.text(min_size=1, max_size=300), st.sampled_from(["png", "jpg", "PDF", "docx"]))
def test_a_long_name_keeps_its_extension(stem: str, extension: str) -> None:
    clean = clean_name(f"a{stem.replace('/', '').replace(chr(92), '')}z.{extension}")
    assert clean.endswith(f".{extension}")


@pytest.mark.parametrize(
    ("name", "extension", "image", "kept"),
    [
        ("photo.jpg", "jpg", True, "photo.jpg"),
        ("a.b.png", "png", True, "a.b.png"),
        ("", "png", True, "image.png"),
        ("", "jpg", True, "image.jpg"),
        ("Screenshot", "png", True, "Screenshot.png"),
        ("Screenshot 10.32", "png", True, "Screenshot 10.32.png"),
        ("PHOTO.JPG", "jpg", True, "PHOTO.JPG"),
        ("shot.jpg", "png", True, "shot.jpg"),
        ("", "pdf", False, "file.pdf"),
        ("", "", False, "file"),
        ("Makefile", "txt", False, "Makefile"),
        ("data.bin", "", False, "data.bin"),
    ],
)
def test_a_picture_always_ends_in_what_shows_it(
    name: str, extension: str, image: bool, kept: str
) -> None:
    assert final_name(name, extension, image=image) == kept


@pytest.mark.parametrize(
    "name",
    ["setup.exe", "invoice.pdf.js", "photo.jpg.SCR", "run.ps1", "page.html", "logo.svg", "a.lnk"],
)
def test_what_a_double_click_would_run_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        check_name(name)


@pytest.mark.parametrize("name", ["exe", "report.pdf", "exe.txt", "data.bin", "x.tar.gz", ""])
def test_other_names_pass(name: str) -> None:
    check_name(clean_name(name))


@given(NAMES.map(clean_name))
def test_the_header_names_the_file_in_ascii_and_in_full(name: str) -> None:
    value = disposition(name)
    assert value.isascii()
    assert value.isprintable()
    assert value.startswith('attachment; filename="')
    assert value.count('"') == 2
    if not name.isascii() or "%" in name:
        assert "filename*=UTF-8''" in value


def test_names_beyond_ascii_are_spelt_as_rfc_8187_says() -> None:
    assert disposition("Straße 1.png") == (
        "attachment; filename=\"Stra_e 1.png\"; filename*=UTF-8''Stra%C3%9Fe%201.png"
    )


def test_an_extension_needs_something_before_it() -> None:
    assert split_extension(".png") == (".png", "")
    assert split_extension("a.b.png") == ("a.b", "png")
    assert split_extension("a.b c") == ("a.b c", "")
