"""XML in and out for the documents of the event packages, without XML's dangers.

What phones send is read with the standard library's expat and nothing else of it: a document type
is refused before it can declare an entity, so that nothing expands and nothing is fetched; depth
and number of elements are bounded. What we send is put together from escaped text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEEPEST: Final = 32
MOST_ELEMENTS: Final = 4000
LARGEST: Final = 65536
DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'

# What XML 1.0 §2.2 has no way to write.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"}
)


class NotMarkup(ValueError):
    """The bytes are no XML document that we read."""


class Element(msgspec.Struct):
    """One element; names without their namespaces, which phones often get wrong."""

    name: str
    attributes: dict[str, str]
    children: list[Element]
    text: str = ""

    def find(self, name: str) -> Element | None:
        """The first child of that name."""
        return next((each for each in self.children if each.name == name), None)

    def all(self, name: str) -> Iterator[Element]:
        """Every element of that name below this one, in the document's order."""
        for each in self.children:
            if each.name == name:
                yield each
            yield from each.all(name)

    def text_of(self, name: str) -> str:
        """The text of the first child of that name, nothing when there is none."""
        found = self.find(name)
        return "" if found is None else found.text.strip()


def read(data: bytes) -> Element:
    """Read a document.

    Raises:
        NotMarkup: it is not well formed, has a document type, or is too large or too deep.
    """
    if len(data) > LARGEST:
        raise NotMarkup("too large")
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_type
    parser.StartElementHandler = tree.open
    parser.EndElementHandler = tree.close
    parser.CharacterDataHandler = tree.add_text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter: odd encodings
        raise NotMarkup(str(error)) from error
    return tree.root


class _Tree:
    def __init__(self) -> None:
        self._top = Element("", {}, [])
        self._open = [self._top]
        self._count = 0

    @property
    def root(self) -> Element:
        return self._top.children[0]

    def open(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > DEEPEST or self._count > MOST_ELEMENTS:
            raise NotMarkup("too much of it")
        element = Element(
            _local(name), {_local(each): value for each, value in attributes.items()}, []
        )
        self._open[-1].children.append(element)
        self._open.append(element)

    def close(self, _name: str) -> None:
        self._open.pop()

    def add_text(self, text: str) -> None:
        self._open[-1].text += text


def _refuse_type(*_: object) -> None:
    raise NotMarkup("document types are not read")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def escaped(text: str) -> str:
    """Text for an element or an attribute."""
    return _UNWRITABLE.sub("\ufffd", text).translate(_ESCAPES)


def element(
    name: str, attributes: Mapping[str, str | None] | None = None, *children: str, text: str = ""
) -> str:
    """Write an element; children are markup already, `text` is not; no value, no attribute."""
    given = "".join(
        f' {key}="{escaped(value)}"'
        for key, value in (attributes or {}).items()
        if value is not None
    )
    inside = escaped(text) + "".join(children)
    return f"<{name}{given}>{inside}</{name}>" if inside else f"<{name}{given}/>"


def document(root: str) -> bytes:
    """A whole document around its root element."""
    return (DECLARATION + root + "\n").encode()
