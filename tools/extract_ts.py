"""A Babel extractor for TypeScript on a real parser.

Babel's own `javascript` method loses messages after apostrophes in JSX text, after regular
expressions and inside nested templates (python-babel issues 423 and 640).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import IO

LANGUAGE = Language(tree_sitter_typescript.language_tsx())
# Our function, gettext's name for it, and how many of the arguments are texts.
FUNCTIONS = {"t": ("gettext", 1), "nt": ("ngettext", 2), "pt": ("pgettext", 2)}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}

Message = tuple[int, str, str | tuple[str, ...], list[str]]


def extract(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[Message]:
    """Find every `t("…")`, `nt("…", "…", n)` and `pt("…", "…")` of a file.

    Yields:
        line, gettext's function name, the texts, and the comments for translators above the call.
    """
    del keywords, options
    source = fileobj.read()
    name = getattr(fileobj, "name", "?")
    tree = Parser(LANGUAGE).parse(source)
    comments = list(_comments(tree.root_node, tuple(comment_tags)))
    for call in _calls(tree.root_node):
        line = call.start_point[0] + 1
        function, count = FUNCTIONS[_text(call.child_by_field_name("function"))]
        arguments = call.child_by_field_name("arguments")
        values = [] if arguments is None else arguments.named_children
        values = [each for each in values if each.type != "comment"]
        texts = [_literal(each) for each in values[:count]]
        if len(texts) < count or None in texts:
            sys.stderr.write(f"{name}:{line}: not a literal text, cannot be translated\n")
            continue
        found = tuple(text for text in texts if text is not None)
        near = [text for at, text in comments if 0 <= line - at <= 1]
        yield line, function, found[0] if count == 1 else found, near


def _calls(root: Node) -> Iterator[Node]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(node.children))
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            if (
                function is not None
                and function.type == "identifier"
                and _text(function) in FUNCTIONS
            ):
                yield node


def _comments(root: Node, tags: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.children)
        if node.type == "comment":
            text = _text(node).strip("/* \n\t")
            if tags and text.startswith(tags):
                yield node.end_point[0] + 1, text


def _literal(node: Node) -> str | None:
    """The value of a string, a template without places, or a sum of them; else None."""
    match node.type:
        case "string" | "template_string":
            if any(child.type == "template_substitution" for child in node.children):
                return None
            return "".join(_piece(child) for child in node.named_children)
        case "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            parts = [_literal(side) for side in (left, right) if side is not None]
            return None if None in parts else "".join(part for part in parts if part is not None)
        case "parenthesized_expression":
            return _literal(node.named_children[0])
        case _:
            return None


def _piece(node: Node) -> str:
    text = _text(node)
    if node.type != "escape_sequence":
        return text
    body = text[1:]
    if body[0] in "ux":
        return chr(int(body[1:].strip("{}"), 16))
    return "" if body[0] in "\r\n" else ESCAPES.get(body, body)


def _text(node: Node | None) -> str:
    return "" if node is None or node.text is None else node.text.decode()
