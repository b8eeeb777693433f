"""Drawings are written anew: what could run or fetch is not among what is written.

What cannot be kept and would be missed is refused by its name.
"""

from __future__ import annotations

import pytest

from engage.files.model import PictureBroken, PictureNotKept, PictureUnknown, Refused
from engage.files.svg import LONGEST_LOOK, MOST_WRITTEN, clean

OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
PATH = '<path d="M0 0h9v9z"/>'


def cleaned(inside: str, root: str = "") -> str:
    return clean(f"{OPEN} {root}>{inside}{PATH}</svg>".encode()).decode()


BARE = cleaned("")


def test_shapes_gradients_and_looks_stay() -> None:
    drawing = (
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#f00"/></linearGradient>'
        '<linearGradient id="b" xlink:href="#a"/></defs>'
        '<g transform="scale(2)"><circle r="4" style="fill: url(#b); stroke:#000 !important"/></g>'
    )
    shown = cleaned(drawing, 'viewBox="0 0 9 9"')
    assert 'viewBox="0 0 9 9"' in shown
    assert '<linearGradient id="b" href="#a">' in shown
    assert '<circle r="4" fill="url(#b)" stroke="#000">' in shown


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<set attributeName='onclick' to='alert(1)'/>",
        "<title>words</title><!-- words --><metadata><style>path{}</style></metadata>",
        "<filter id='a'><feImage href='https://evil.test/x.png'/></filter>",
        "<style>.st0{fill:#fff}</style>",
        "<x:path xmlns:x='urn:other' d='M1 1'/>",
    ],
)
def test_what_could_run_fetch_or_repeat_is_left_out_with_all_it_holds(inside: str) -> None:
    assert cleaned(inside) == BARE


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ("<style>path{fill:url(https://evil.test/)}</style>", "<style>"),
        ("<style>@import url(https://evil.test/)</style>", "<style>"),
        ("<style>.a{fill:red!important}</style>", "<style>"),
        ("<style>.a .b{fill:red}</style>", "<style>"),
        ("<style media='print'>.a{fill:red}</style>", "<style media>"),
        (
            "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>Hi</p></foreignObject>",
            "<foreignObject>",
        ),
        ("<image href='https://evil.test/x.png'/>", "<image>"),
        ("<use href='#a'/>", "<use>"),
        ("<a href='javascript:alert(1)'><path d='M0 0'/></a>", "<a>"),
        ("<text>words</text>", "<text>"),
        ("<g filter='url(#a)'/>", "filter"),
        ("<g style='mix-blend-mode:multiply'/>", "mix-blend-mode"),
        ("<style>.a{mask:url(#m)}</style><g class='b a'/>", "mask"),
    ],
)
def test_what_would_be_missed_is_refused_by_its_name(inside: str, part: str) -> None:
    with pytest.raises(PictureNotKept) as refused:
        cleaned(inside)
    assert refused.value.params == {"part": part}


def test_plain_rules_for_classes_become_attributes() -> None:
    drawing = (
        "<style type='text/css'>/* A program's. /* */ .st0{fill:#ED1C24;font-size:9px}"
        " .st1,.st2{FILL : url(#a); stroke:none;}</style>"
        "<g class='st0' fill='blue'/><g class='st2 st0'/><g class='st1' style='fill:red'/>"
        "<g class='st3'/><g class='st4'/><style><![CDATA[.st3{fill:url(https://evil.test)}"
        ".st4{background:url(https://evil.test)}]]></style>"
    )
    shown = cleaned(drawing)
    groups = [each.partition(">")[0].strip() for each in shown.split("<g")[1:]]
    assert groups == [
        'fill="#ED1C24"',
        'fill="url(#a)" stroke="none"',
        'fill="red" stroke="none"',
        "",
        "",
    ]


def test_no_effect_is_none() -> None:
    assert cleaned("<g style='filter:none;mix-blend-mode:normal;marker: none'/>") == cleaned("<g/>")


@pytest.mark.parametrize("value", ["url(#a)" + " " * 100_000 + "!", "a" * (LONGEST_LOOK + 1)])
def test_no_look_is_longer_than_it_may_be(value: str) -> None:
    for attributes in (f'fill="{value}"', f'style="fill:{value.replace("!", "?")}z"'):
        with pytest.raises(PictureNotKept):
            cleaned(f"<g {attributes}/>")
    assert cleaned(f'<g fill="url(#a){" " * (LONGEST_LOOK - 8)}!"/>') == cleaned("<g/>")


def test_a_rule_at_very_many_shapes_makes_no_huge_picture() -> None:
    long = "<style>.a{stroke-dasharray:" + "1 " * 499 + "}</style>"
    assert len(cleaned(long + "<g class='a'/>" * 900)) < MOST_WRITTEN
    with pytest.raises(PictureNotKept):
        cleaned(long + "<g class='a'/>" * 1_100)


@pytest.mark.parametrize(
    "attribute",
    [
        'onload="alert(1)"',
        'fill="url(https://evil.test/a)"',
        'fill="u\\72l(https://evil.test/a)"',
        'fill="url(#a) url(https://evil.test/a)"',
        'style="background:url(https://evil.test/a)"',
        'filter="url(https://evil.test/a)"',
        'xlink:href="https://evil.test/a"',
        'fill="url(#a) url(evil)"',
        'style="fill:url(https://evil.test/a)"',
        'style="clip-path: URL (https://evil.test/a)"',
    ],
)
def test_attributes_that_run_or_fetch_are_left_out(attribute: str) -> None:
    assert cleaned(f"<g {attribute}></g>") == cleaned("<g></g>")


@pytest.mark.parametrize("address", ["https://evil.test/a", "evil#a", "javascript:alert(1)"])
def test_a_gradient_takes_after_none_from_elsewhere(address: str) -> None:
    for name in ("href", "xlink:href"):
        drawn = cleaned(f'<linearGradient {name}="{address}"></linearGradient>')
        assert drawn == cleaned("<linearGradient></linearGradient>")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", PictureUnknown),
        (b"<", PictureUnknown),
        (b"<html></html>", PictureUnknown),
        (b"<svg>no namespace</svg>", PictureUnknown),
        (f"{OPEN}></svg>".encode(), PictureBroken),
        (f"{OPEN}>{PATH}".encode(), PictureBroken),
        (f'<!DOCTYPE svg [<!ENTITY a "b">]>{OPEN}>{PATH}</svg>'.encode(), PictureNotKept),
        (f"{OPEN}>{'<g>' * 100}{PATH}{'</g>' * 100}</svg>".encode(), PictureBroken),
    ],
)
def test_what_is_no_drawing_is_refused(data: bytes, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        clean(data)


def test_a_plain_document_type_does_no_harm() -> None:
    kind = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
    assert clean(f"<?xml version='1.0'?>{kind}{OPEN} >{PATH}</svg>".encode()).decode() == BARE
