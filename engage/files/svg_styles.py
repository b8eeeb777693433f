"""How shapes of an SVG picture look, and its styles (CSS 2 §4) as drawing programs write them."""

from __future__ import annotations

import re

from engage.files.model import PictureNotKept

LOOKS = frozenset(
    [
        "clip-path",
        "clip-rule",
        "color",
        "display",
        "fill",
        "fill-opacity",
        "fill-rule",
        "opacity",
        "paint-order",
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
EFFECTS = frozenset(
    [
        "filter",
        "marker",
        "marker-end",
        "marker-mid",
        "marker-start",
        "mask",
        "mix-blend-mode",
    ]
)
"""Properties that change how shapes look, and are not kept."""
NO_EFFECT = frozenset({"", "none", "normal"})
_CLASS = re.compile(r"\.([A-Za-z_][\w-]*)")


class Rules:
    """What classes look like: of each property the value, and how late it was given."""

    def __init__(self) -> None:
        self._looks: dict[str, dict[str, tuple[int, str]]] = {}
        self._read = 0

    def add(self, sheet: str) -> None:
        """Read `.a, .b {fill: red}` and the like.

        Raises:
            PictureNotKept: there is more in it.
        """
        *rules, rest = _without_comments(sheet).split("}")
        if rest.strip():
            raise PictureNotKept(part="<style>")
        for rule in rules:
            selectors, _, body = rule.partition("{")
            self._read += 1
            if "{" in body or "!" in body:
                raise PictureNotKept(part="<style>")
            looks = {name: (self._read, value) for name, value in declarations(body).items()}
            for selector in selectors.split(","):
                named = _CLASS.fullmatch(selector.strip())
                if named is None:
                    raise PictureNotKept(part="<style>")
                self._looks.setdefault(named[1], {}).update(looks)

    def of(self, classes: str) -> dict[str, str]:
        """What an element of these classes looks like; of two values the later holds."""
        latest: dict[str, tuple[int, str]] = {}
        for each in set(classes.split()):
            for name, given in self._looks.get(each, {}).items():
                latest[name] = max(given, latest.get(name, given))
        return {name: value for name, (_, value) in latest.items()}


def declarations(text: str) -> dict[str, str]:
    """What is kept, or would change the picture; of an element's own nothing is more important."""
    found: dict[str, str] = {}
    for declaration in text.split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        if name in LOOKS | EFFECTS:
            found[name] = value.replace("!important", "").strip()
    return found


def _without_comments(sheet: str) -> str:
    first, *others = sheet.split("/*")
    return first + "".join(each.partition("*/")[2] for each in others)
