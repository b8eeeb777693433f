"""What everybody who asks for figures about queues says: a span of time, and how to answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from engage.durations import DAY_MS
from engage.errors import N_, Invalid
from engage.identifiers import now_ms
from engage.web.requests import moment_ms, word
from engage.xlsx import MEDIA_TYPE, workbook

if TYPE_CHECKING:
    from starlette.requests import Request

    from engage.queues.sheets import Sheets

LONGEST_MS: Final = 400 * DAY_MS
SPAN: Final = (
    ("from", "The earliest moment (RFC 3339); a day ago"),
    ("until", "The moment it ends before (RFC 3339); now"),
    ("queue", "Only this queue"),
    ("agent", "Only this agent"),
    ("format", "`json`, `csv` or `xlsx`"),
)


def span(request: Request, usual_ms: int = DAY_MS) -> tuple[int, int]:
    """From when until when; the time before the end that is usual, unless it is said.

    Raises:
        Invalid: it is none, or too long.
    """
    end_ms = moment_ms(request, "until") or now_ms()
    begin_ms = moment_ms(request, "from") or end_ms - usual_ms
    if not 0 <= end_ms - begin_ms <= LONGEST_MS:
        raise Invalid({"until": N_("Choose a time of 400 days at most.")})
    return begin_ms, end_ms


def file_format(request: Request) -> str:
    """As what it is answered.

    Raises:
        Invalid: as nothing that we write.
    """
    kind = word(request, "format") or "json"
    if kind not in ("json", "csv", "xlsx"):
        raise Invalid({"format": N_("This is none of the choices.")})
    return kind


async def workbook_file(name: str, content: Sheets) -> Response:
    """A workbook to be kept."""
    headers = {
        "cache-control": "no-store",
        "content-disposition": f'attachment; filename="{name}.xlsx"',
    }
    return Response(await asyncio.to_thread(workbook, content), 200, headers, MEDIA_TYPE)
