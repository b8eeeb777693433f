"""An SVG picture written anew, with nothing in it but shapes (SVG 2). Without I/O.

What nobody sees is left out with all it holds: scripts, events, metadata, animations, and whatever
would fetch something, as browsers fetch nothing for a picture. A picture that would look different
without what cannot be kept (text, images, copies, effects) is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from engage.files.model import PictureBroken, PictureNotKept, PictureUnknown
from engage.files.svg_styles import EFFECTS, LOOKS, NO_EFFECT, Rules, declarations

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIA_TYPE = "image/svg+xml"
NAMESPACE = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
DEEPEST = 50
LONGEST_LOOK = 1_000
"""Characters of a colour, a list of dashes and the like."""
MOST_WRITTEN = 1_000_000
"""Characters of a picture anew: a few rules could stand at very many shapes."""

_SHAPES = frozenset({"path", "circle", "ellipse", "rect", "line", "polyline", "polygon"})
_GRADIENTS = frozenset({"linearGradient", "radialGradient"})
_ELEMENTS = _SHAPES | _GRADIENTS | {"svg", "g", "defs", "stop", "clipPath"}
_UNSEEN = frozenset({
    "animate", "animateMotion", "animateTransform", "desc", "filter", "marker", "mask", "metadata",
    "script", "set", "symbol", "title", "view",
})  # fmt: skip
"""Left out: what refers to them is refused."""
_ATTRIBUTES = LOOKS | frozenset(
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
_OWN = re.compile(r"url\(\s*['\"]?#[\w.-]+['\"]?\s*\)")
_AFTER_OWN = re.compile(r"[\w#(),.%\s-]*")
_OWN_ADDRESS = re.compile(r"#[\w.-]+")


def clean(data: bytes) -> bytes:
    """The picture anew; some milliseconds for each kilobyte.

    Raises:
        PictureUnknown: it is no SVG.
        PictureBroken: it cannot be read, or no shape is left of it.
        PictureNotKept: it would look different.
    """
    reader = _Reader()
    try:
        reader.read(data)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the latter: odd encodings
        raise (PictureBroken if reader.begun else PictureUnknown) from error
    if not reader.shapes:
        raise PictureBroken
    written: list[str] = []
    length = 0
    for piece in reader.written():
        written.append(piece)
        length += len(piece)
        if length > MOST_WRITTEN:
            raise PictureNotKept(part="<style>")
    return "".join(written).encode()


class _Reader:
    """Takes a picture apart; a rule may stand behind what it is for, so writing comes after."""

    def __init__(self) -> None:
        self.begun = False
        self.shapes = 0
        self._parts: list[tuple[str, dict[str, str] | None]] = []
        self._rules = Rules()
        self._open: list[str] = []
        self._left_out = 0
        self._style: list[str] | None = None

    def read(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(data, True)

    def written(self) -> Iterator[str]:
        """The picture, piece by piece."""
        root = f' xmlns="{NAMESPACE}"'
        for tag, attributes in self._parts:
            if attributes is None:
                yield f"</{tag}>"
                continue
            kept = self._kept(tag, attributes)
            words = "".join(f" {each}={quoteattr(value)}" for each, value in kept.items())
            yield f"<{tag}{root}{words}>"
            root = ""

    def _doctype(self, name: str, system: object, public: object, internal: int) -> None:
        if internal:  # entities, which may multiply
            raise PictureNotKept(part="<!ENTITY>") if name == "svg" else PictureUnknown

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, tag = name.rpartition(" ")
        root = not self._open and not self._left_out
        if root and (namespace, tag) != (NAMESPACE, "svg"):
            raise PictureUnknown
        self.begun = True
        if not self._left_out and (namespace, tag) == (NAMESPACE, "style"):
            if attributes.get("media", "all") not in ("", "all", "screen"):
                raise PictureNotKept(part="<style media>")
            self._style = []
        elif not self._left_out and namespace == NAMESPACE and tag not in _ELEMENTS | _UNSEEN:
            raise PictureNotKept(part=f"<{tag[:40]}>")
        if self._left_out or namespace != NAMESPACE or tag not in _ELEMENTS:
            self._left_out += 1
            return
        if len(self._open) >= DEEPEST:
            raise ValueError("too deep")
        self._open.append(tag)
        self.shapes += tag in _SHAPES
        self._parts.append((tag, attributes))

    def _text(self, text: str) -> None:
        if self._style is not None:
            self._style.append(text)

    def _end(self, name: str) -> None:
        if not self._left_out:
            self._parts.append((self._open.pop(), None))
            return
        self._left_out -= 1
        if not self._left_out and self._style is not None:
            self._rules.add("".join(self._style))
            self._style = None

    def _kept(self, tag: str, attributes: dict[str, str]) -> dict[str, str]:
        """What of an element's attributes is harmless; a style's declarations become attributes."""
        looks = {
            **attributes,
            **self._rules.of(attributes.get("class", "")),
            **declarations(attributes.get("style", "")),
        }
        for name in looks.keys() & EFFECTS:
            if looks[name] not in NO_EFFECT and _is_own(name, looks[name]):
                raise PictureNotKept(part=name)
        kept = {name: value for name, value in looks.items() if name in _ATTRIBUTES}
        address = attributes.get("href", attributes.get(f"{XLINK} href", ""))
        if tag in _GRADIENTS and _OWN_ADDRESS.fullmatch(address):
            kept["href"] = address
        return {name: value for name, value in kept.items() if _is_own(name, value)}


def _is_own(name: str, value: str) -> bool:
    """Whether a value fetches nothing from elsewhere; escapes would hide that it does."""
    if name in LOOKS | EFFECTS and len(value) > LONGEST_LOOK:
        raise PictureNotKept(part=name)
    if "\\" in value or "/*" in value:
        return False
    if _FETCHES.search(value) is None:
        return True
    own = _OWN.match(value.strip())
    after = value.strip()[own.end() :] if own else "url("
    return _FETCHES.search(after) is None and _AFTER_OWN.fullmatch(after) is not None
