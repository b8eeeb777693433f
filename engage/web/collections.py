"""Collections: what is asked of a list, and a page of it as JSON or all of it as CSV."""

from __future__ import annotations

import base64
import csv
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import Response, StreamingResponse

from engage.csv_cells import cell
from engage.errors import N_, Invalid
from engage.web.requests import number, word

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

    from starlette.requests import Request

Item = TypeVar("Item")
SortKey = tuple[int, Any]

USUAL_PAGE, LARGEST_PAGE = 50, 500
CSV = "text/csv; charset=utf-8"
PARAMETERS = ("q", "sort", "limit", "cursor", "format")
UNKNOWN = N_("This list cannot be asked for this.")
BAD_SORT = N_("This list cannot be sorted by this.")
BAD_CURSOR = N_("This page is not there any more. Please begin again.")

QUERY = (
    ("q", "Words to search for"),
    ("sort", "A field to sort by; with a minus before it, descending"),
    ("limit", f"How many, at most {LARGEST_PAGE}"),
    ("cursor", "Where the last page ended"),
    ("format", "`csv`: everything that matches, as a file"),
)
"""The parameters every collection takes, for its description."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants of a list."""

    search: str
    sort: str
    descending: bool
    limit: int
    cursor: str
    as_csv: bool
    filters: Mapping[str, str]

    @property
    def words(self) -> list[str]:
        """What every hit holds, without case."""
        return self.search.casefold().split()


def asked(
    request: Request, *, sorts: Sequence[str], filters: Sequence[str] = (), usual: str = ""
) -> Asked:
    """Read a list's parameters.

    Args:
        request: the request.
        sorts: fields it can be sorted by; the first is usual.
        filters: further parameters it takes.
        usual: the usual sort where it is not the first ascending: `-at`.

    Raises:
        Invalid: an unknown parameter, or a bad value.
    """
    known = {*PARAMETERS, *filters}
    if unknown := {name: UNKNOWN for name in request.query_params if name not in known}:
        raise Invalid(unknown)
    given = word(request, "sort") or usual or sorts[0]
    if given.removeprefix("-") not in sorts:
        raise Invalid({"sort": BAD_SORT})
    wanted_format = word(request, "format") or "json"
    if wanted_format not in ("json", "csv"):
        raise Invalid({"format": N_("This is none of the choices.")})
    return Asked(
        search=word(request, "q").strip(),
        sort=given.removeprefix("-"),
        descending=given.startswith("-"),
        limit=number(request, "limit", USUAL_PAGE, least=1, most=LARGEST_PAGE),
        cursor=_cursor_text(request),
        as_csv=wanted_format == "csv",
        filters={name: value for name in filters if (value := word(request, name))},
    )


def matching(
    items: Iterable[Item], wanted: Asked, text: Callable[[Item], Iterable[str]]
) -> list[Item]:
    """The items that hold every word that is searched for."""
    words = wanted.words
    if not words:
        return list(items)
    return [each for each in items if _holds(" ".join(text(each)).casefold(), words)]


def page(
    items: Sequence[Item],
    wanted: Asked,
    *,
    key: Callable[[Item, str], Any],
    ident: Callable[[Item], str],
    shown: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """A page of a list in memory: `{"items", "cursor", "total"}`.

    Args:
        items: all that match.
        wanted: how they are sorted, and which page.
        key: an item's value for a sort field: text (compared without case), number, bool or None.
        ident: what tells items apart; settles equal keys.
        shown: an item as JSON.

    Raises:
        Invalid: a cursor that is none of ours.
    """
    ordered = in_order(items, wanted, key=key, ident=ident)
    places = [(_comparable(key(each, wanted.sort)), ident(each)) for each in ordered]
    start = 0
    if wanted.cursor:
        after = read_cursor(wanted.cursor)
        later = _before if wanted.descending else _after
        start = next((at for at, place in enumerate(places) if later(place, after)), len(places))
    ends = start + wanted.limit
    more = ends < len(ordered)
    return {
        "items": [shown(each) for each in ordered[start:ends]],
        "cursor": make_cursor(*places[ends - 1]) if more else None,
        "total": len(ordered),
    }


def in_order(
    items: Iterable[Item],
    wanted: Asked,
    *,
    key: Callable[[Item, str], Any],
    ident: Callable[[Item], str],
) -> list[Item]:
    """All items, sorted as asked; equal ones by what tells them apart."""

    def place(item: Item) -> tuple[SortKey, str]:
        return _comparable(key(item, wanted.sort)), ident(item)

    return sorted(items, key=place, reverse=wanted.descending)


def make_cursor(key: SortKey, ident: str) -> str:
    """Where a page ended, as text for the next request."""
    text = json.dumps([key[0], key[1], ident], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[SortKey, str]:
    """Read what `make_cursor` wrote.

    Raises:
        Invalid: it did not.
    """
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        kind, value, ident = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, TypeError, RecursionError):
        raise Invalid({"cursor": BAD_CURSOR}) from None
    expected = {0: type(None), 1: float | int, 2: str}.get(kind) if isinstance(kind, int) else None
    if expected is None or not isinstance(value, expected) or not isinstance(ident, str):
        raise Invalid({"cursor": BAD_CURSOR})
    return (kind, value), ident


def csv_stream(
    name: str, columns: Sequence[str], portions: AsyncIterator[Iterable[Sequence[object]]]
) -> Response:
    """As `csv_file`, but sent while it is read, however many rows there are."""

    async def lines() -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbf" + _csv_lines([columns])
        async for rows in portions:
            yield _csv_lines(rows)

    return StreamingResponse(lines(), 200, _as_file(name), CSV)


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A CSV file (RFC 4180) in UTF-8 with a byte-order mark, so that spreadsheets read it right.

    Args:
        name: the file's name without its ending; ASCII.
        columns: the first line.
        rows: the others; a cell that a spreadsheet would take for a formula is quoted by `'`.
    """
    content = b"\xef\xbb\xbf" + _csv_lines([columns]) + _csv_lines(rows)
    return Response(content, 200, _as_file(name), CSV)


def _csv_lines(rows: Iterable[Sequence[object]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([cell(each) for each in row] for row in rows)
    return buffer.getvalue().encode("utf-8", "replace")


def _as_file(name: str) -> dict[str, str]:
    return {
        "content-disposition": f'attachment; filename="{name}.csv"',
        "cache-control": "no-store",
    }


def _cursor_text(request: Request) -> str:
    """A cursor may be longer than a word: it holds a whole sort key."""
    given = request.query_params.get("cursor", "")
    if len(given) > 2000 or not given.isprintable():
        raise Invalid({"cursor": BAD_CURSOR})
    return given


def _comparable(value: Any) -> SortKey:
    """Nothing first, then numbers, then texts without case: any two can be compared."""
    if value is None:
        return 0, None
    if isinstance(value, (bool, int, float)):
        return 1, float(value)
    return 2, str(value).casefold()


def _after(place: tuple[SortKey, str], other: tuple[SortKey, str]) -> bool:
    return _order(place) > _order(other)


def _before(place: tuple[SortKey, str], other: tuple[SortKey, str]) -> bool:
    return _order(place) < _order(other)


def _order(place: tuple[SortKey, str]) -> tuple[Any, ...]:
    (kind, value), ident = place
    return (kind, "" if value is None else value, ident)


def _holds(text: str, words: list[str]) -> bool:
    return all(each in text for each in words)
