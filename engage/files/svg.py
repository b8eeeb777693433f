"""An SVG picture written anew, with nothing in it but shapes (SVG 2). Without I/O.

What is not in the lists below is left out with all it holds: scripts, events, styles, text, foreign
content, animations, and whatever would fetch something or repeat itself.
"""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from engage.files.model import PictureBroken

MEDIA_TYPE = "image/svg+xml"
NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
DEEPEST = 50

_SHAPES = frozenset({"path", "circle", "ellipse", "rect", "line", "polyline", "polygon"})
_GRADIENTS = frozenset({"linearGradient", "radialGradient"})
_ELEMENTS = _SHAPES | _GRADIENTS | {"svg", "g", "defs", "stop", "clipPath"}
_LOOKS = frozenset(
    [
        "clip-path",
        "clip-rule",
        "color",
        "display",
        "fill",
        "fill-opacity",
        "fill-rule",
        "opacity",
        "stop-color",
        "stop-opacity",
        "stroke",
        "stroke-dasharray",
        "stroke-dashoffset",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-opacity",
        "stroke-width",
        "vector-effect",
        "visibility",
    ]
)
_ATTRIBUTES = _LOOKS | frozenset(
    [
        "cx",
        "cy",
        "d",
        "fx",
        "fy",
        "gradientTransform",
        "gradientUnits",
        "clipPathUnits",
        "height",
        "id",
        "offset",
        "pathLength",
        "points",
        "preserveAspectRatio",
        "r",
        "rx",
        "ry",
        "spreadMethod",
        "transform",
        "viewBox",
        "width",
        "x",
        "x1",
        "x2",
        "y",
        "y1",
        "y2",
    ]
)
_FETCHES = re.compile(r"url\s*\(", re.IGNORECASE)
_OWN = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)(\s+[\w#(),.% -]+)?")
_OWN_ADDRESS = re.compile(r"#[\w.-]+")


def clean(data: bytes) -> bytes:
    """The picture anew.

    Raises:
        PictureBroken: it is none, or no shape is left of it.
    """
    reader = _Reader()
    try:
        reader.read(data)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter: odd encodings
        raise PictureBroken from error
    if not reader.shapes:
        raise PictureBroken
    return "".join(reader.written).encode()


class _Reader:
    def __init__(self) -> None:
        self.written: list[str] = []
        self.shapes = 0
        self._open: list[str] = []
        self._left_out = 0

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.Parse(data, True)

    def _doctype(self, name: str, system: object, public: object, internal: int) -> None:
        if internal:  # entities, which may multiply
            raise ValueError("a document type with declarations of its own")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        root = not self._open and not self._left_out
        if root and (namespace, tag) != (NAMESPACE, "svg"):
            raise ValueError("no SVG picture")
        if self._left_out or namespace != NAMESPACE or tag not in _ELEMENTS:
            self._left_out += 1
            return
        if len(self._open) >= DEEPEST:
            raise ValueError("too deep")
        self._open.append(tag)
        self.shapes += tag in _SHAPES
        kept = _kept(tag, attributes)
        words = "".join(f" {each}={quoteattr(value)}" for each, value in kept.items())
        self.written.append(f'<{tag} xmlns="{NAMESPACE}"{words}>' if root else f"<{tag}{words}>")

    def _end(self, name: str) -> None:
        if self._left_out:
            self._left_out -= 1
        else:
            self.written.append(f"</{self._open.pop()}>")


def _kept(tag: str, attributes: dict[str, str]) -> dict[str, str]:
    """What of an element's attributes is harmless; a style's declarations become attributes."""
    kept = {each: value for each, value in attributes.items() if each in _ATTRIBUTES}
    for declaration in attributes.get("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in _LOOKS:
            kept[name.strip()] = value.replace("!important", "").strip()
    address = attributes.get("href", attributes.get(f"{XLINK} href", ""))
    if tag in _GRADIENTS and _OWN_ADDRESS.fullmatch(address):
        kept["href"] = address
    return {each: value for each, value in kept.items() if _is_own(value)}


def _is_own(value: str) -> bool:
    """Whether a value fetches nothing from elsewhere; escapes would hide that it does."""
    if "\\" in value or "/*" in value:
        return False
    return _FETCHES.search(value) is None or _OWN.fullmatch(value.strip()) is not None
