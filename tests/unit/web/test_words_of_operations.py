"""The operation log's page has words for whatever the server writes there, and for nothing else."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import engage
from pbxcore.queues.commands import DutyChange

if TYPE_CHECKING:
    from collections.abc import Iterator

PRODUCT: Final = Path(engage.__file__).parent
PAGE: Final = PRODUCT.parent / "widgets/src/admin/operations/operations.ts"
WRITING: Final = re.compile(r"import .*\bnote\b|operation_log|_ledger\b")
"""Found in every module that writes rows, itself or with a change of people."""
REFUSALS: Final = frozenset({"web/refusals.py", "api/endpoint.py"})
"""What was refused is named by its address: any."""
HANDING: Final = frozenset({"_note", "_do", "_change", "Outcome"})
"""What is given the verb alone, where a module puts the kind before it."""
ACTION: Final = re.compile(r"([a-z_]+|\*)\.((?:[a-z_]+\.)?(?:[a-z_]+|\*))")
FILES: Final = frozenset({"csv", "html", "json", "pem", "sock", "wav", "xlsx", "zip"})


@cache
def written() -> set[tuple[str, str]]:
    """Kind and verb of every row; the kind is * where it is only known when the row is written."""
    found = set()
    for path in PRODUCT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        if WRITING.search(source) and str(path.relative_to(PRODUCT)) not in REFUSALS:
            found |= set(_of(ast.parse(source)))
    return found


def _of(module: ast.Module) -> Iterator[tuple[str, str]]:
    nodes = list(ast.walk(module))
    inside = {id(part) for each in nodes if isinstance(each, ast.JoinedStr) for part in each.values}
    for node in nodes:
        match node:
            case ast.Constant(value=str() as text) if id(node) not in inside:
                pass
            case ast.JoinedStr(values=parts):
                text = "".join(str(x.value) if isinstance(x, ast.Constant) else "*" for x in parts)
            case _:
                continue
        action = ACTION.fullmatch(text)
        if action is None or action[2] in FILES:
            continue
        kind, verb = action.groups()
        verbs = [verb] if "*" not in verb else _verbs(nodes) if kind != "agent" else _DUTIES
        yield from ((kind, verb.replace("*", each)) for each in verbs)


_DUTIES: Final = list(get_args(DutyChange))


def _verbs(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in HANDING:
            for given in node.args:
                either = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
                for each in either:
                    if isinstance(each, ast.Constant) and re.fullmatch("[a-z_]+", str(each.value)):
                        yield str(each.value)


def cases(function: str) -> list[str]:
    """What a function of the page has words for."""
    source = PAGE.read_text(encoding="utf-8")
    body = source.split(f"function {function}(")[1].split("\n}\n")[0]
    return re.findall(r'case "([a-z_.]+)":', body)


def test_the_page_has_words_for_every_verb_once() -> None:
    verbs = cases("actionWords")
    assert sorted(verbs) == sorted({verb for _, verb in written()})


def test_and_for_every_kind_of_thing() -> None:
    assert {kind for kind, _ in written()} - {"*"} <= set(cases("kindWords"))
