"""Drawings are written anew: what could run or fetch is not among what is written."""

from __future__ import annotations

import pytest

from engage.files.model import PictureBroken
from engage.files.svg import clean

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
        "<style>path{fill:url(https://evil.test/)}</style>",
        "<foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>Hi</p></foreignObject>",
        "<image href='https://evil.test/x.png'/>",
        "<use href='#a'/>",
        "<a href='javascript:alert(1)'><path d='M0 0'/></a>",
        "<set attributeName='onclick' to='alert(1)'/>",
        "<text>words</text><title>words</title><!-- words -->",
        "<x:path xmlns:x='urn:other' d='M1 1'/>",
    ],
)
def test_what_could_run_fetch_or_repeat_is_left_out_with_all_it_holds(inside: str) -> None:
    assert cleaned(inside) == BARE


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
    ],
)
def test_attributes_that_run_or_fetch_are_left_out(attribute: str) -> None:
    assert cleaned(f"<g {attribute}></g>") == cleaned("<g></g>")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html></html>",
        b"<svg>no namespace</svg>",
        f"{OPEN}></svg>".encode(),
        f"{OPEN}>{PATH}".encode(),
        f'<!DOCTYPE svg [<!ENTITY a "b">]>{OPEN}>{PATH}</svg>'.encode(),
        f"{OPEN}>{'<g>' * 100}{PATH}{'</g>' * 100}</svg>".encode(),
    ],
)
def test_what_is_no_drawing_is_refused(data: bytes) -> None:
    with pytest.raises(PictureBroken):
        clean(data)


def test_a_plain_document_type_does_no_harm() -> None:
    kind = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd">'
    assert clean(f"<?xml version='1.0'?>{kind}{OPEN} >{PATH}</svg>".encode()).decode() == BARE
