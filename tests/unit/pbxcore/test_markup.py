"""XML from strangers."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbxcore.presence.markup import DEEPEST, LARGEST, MOST_ELEMENTS, NotMarkup, element, read

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<lolz>&b;</lolz>"""
QUADRATIC = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 30_000 + b'">]><x>' + b"&a;" * 9000 + b"</x>"
EXTERNAL = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'
PARAMETER = b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]><x/>'


@pytest.mark.parametrize("data", [BOMB, QUADRATIC, EXTERNAL, PARAMETER, b"<!DOCTYPE x><x/>"])
def test_document_types_are_refused_before_anything_expands(data: bytes) -> None:
    with pytest.raises(NotMarkup):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" * (DEEPEST + 1) + b"</a>" * (DEEPEST + 1),
        b"<a>" + b"<b/>" * MOST_ELEMENTS + b"</a>",
        b"<a>" + b"x" * LARGEST + b"</a>",
        b"<a>&undeclared;</a>",
        b"<a:b/>",
        b"<a><b></a>",
        b'<?xml version="1.0" encoding="martian"?><a/>',
        b"<a>\xff</a>",
        b"",
    ],
)
def test_what_is_too_much_or_not_well_formed_is_refused(data: bytes) -> None:
    with pytest.raises(NotMarkup):
        read(data)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(NotMarkup):
        read(data)


@given(st.text(max_size=60), st.text(max_size=60))
def test_text_cannot_leave_its_place(text: str, attribute: str) -> None:
    root = read(element("a", {"b": attribute}, text=text).encode("utf-8", "surrogatepass"))
    assert (root.name, root.children, list(root.attributes)) == ("a", [], ["b"])


def test_namespaces_are_left_out_and_nesting_kept() -> None:
    root = read(b'<p:a xmlns:p="urn:p" p:x="1"><b>one</b><p:b>two</p:b></p:a>')
    assert (root.name, root.attributes) == ("a", {"x": "1"})
    assert [each.text for each in root.all("b")] == ["one", "two"]
    assert root.text_of("b") == "one"
    assert root.text_of("c") == ""
