"""Figures of queues as programs fetch them: XML, CSV and JSON without the usual envelope. Pure."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from engage.api.cdr_documents import printable
from engage.calls.cdr import moment
from engage.csv_cells import cell_for_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import tzinfo

    from engage.queues.agent_times import Span
    from engage.queues.figures import Figures, Report, Stay

    Element = tuple[str, dict[str, str]]

ROOT: Final = "root_statistics"
HEADS: Final = {
    "calldetail": (
        *("queuechairman", "queue", "agent", "callernum", "callername", "starttime"),
        *("wait_time", "talk_time", "status", "position", "vq_call"),
    ),
    "loginhistory": ("queuechairman", "agent", "queue", "logintime", "logofftime", "duration"),
    "pausedhistory": (
        *("queuechairman", "agent", "queue", "pausetime", "unpausetime", "duration", "reason"),
    ),
}
"""What a file has in its first line, where nothing follows it too."""


def overview(report: Report, chairman: str) -> list[Element]:
    """All, each queue and each agent."""
    total = report.total
    found: list[Element] = [
        (
            "total",
            {
                "queuechairman": chairman,
                "total_calls": str(total.offered),
                "abandoned_rate": _rate(total.abandoned_rate),
                "avg_wait": str(total.average_wait_s),
                "avg_talk": str(total.average_talk_s),
                "vq_total_calls": str(total.callbacks),
            },
        )
    ]
    found += [("queue", _queue(each, chairman)) for each in report.queues]
    found += [("agent", _agent(each, chairman)) for each in report.agents]
    return found


def _queue(figures: Figures, chairman: str) -> dict[str, str]:
    return {
        "queuechairman": chairman,
        "queue": figures.key,
        "total_calls": str(figures.offered),
        "answered_calls": str(figures.answered),
        "answered_rate": _rate(figures.answered_rate),
        "avg_wait": str(figures.average_wait_s),
        "avg_talk": str(figures.average_talk_s),
        "vq_total_calls": str(figures.callbacks),
    }


def _agent(figures: Figures, chairman: str) -> dict[str, str]:
    return {
        "queuechairman": chairman,
        "agent": figures.key,
        "total_calls": str(figures.offered),
        "answered_calls": str(figures.answered),
        "answered_rate": _rate(figures.answered_rate),
        "avg_talk": str(figures.average_talk_s),
    }


def details(stays: Sequence[Stay], chairman: str, zone: tzinfo) -> list[Element]:
    """Each caller."""
    return [
        (
            "calldetail",
            {
                "queuechairman": chairman,
                "queue": each.queue,
                "agent": each.agent,
                "callernum": each.number,
                "callername": each.name,
                "starttime": moment(each.entered_ms, zone),
                "wait_time": str(each.waited_s),
                "talk_time": str(each.talked_s),
                "status": each.outcome,
                "position": str(each.position),
                "vq_call": "yes" if each.callback else "no",
            },
        )
        for each in stays
    ]


def history(spans: Sequence[Span], chairman: str, zone: tzinfo, kind: str) -> list[Element]:
    """When agents were logged in (`login`), or paused (`break`)."""
    name = "loginhistory" if kind == "login" else "pausedhistory"
    begin, end = ("logintime", "logofftime") if kind == "login" else ("pausetime", "unpausetime")
    found: list[Element] = []
    for each in spans:
        if each.kind != kind:
            continue
        seconds = (each.end_ms - each.begin_ms) // 1000 if each.end_ms else 0
        fields = {
            "queuechairman": chairman,
            "agent": each.agent,
            "queue": each.queue or "all",
            begin: moment(each.begin_ms, zone),
            end: moment(each.end_ms, zone),
            "duration": str(seconds),
        }
        found.append((name, fields if kind == "login" else {**fields, "reason": each.reason}))
    return found


def as_xml(elements: Sequence[Element], _kind: str = "") -> bytes:
    """An element each, with a child a field."""
    lines = ['<?xml version="1.0"?>', f"<{ROOT}>"]
    for name, fields in elements:
        inner = "".join(
            f"<{field}>{escape(printable(value))}</{field}>" for field, value in fields.items()
        )
        lines.append(f" <{name}>{inner}</{name}>")
    return "\n".join([*lines, f"</{ROOT}>", ""]).encode("utf-8", "replace")


def as_json(elements: Sequence[Element], _kind: str = "") -> bytes:
    """A list with an object each, which holds its fields by its name."""
    found = {ROOT: [{name: fields} for name, fields in elements]}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def as_csv(elements: Sequence[Element], kind: str = "") -> bytes:
    """A line each; whenever another kind begins, a line of names. `kind` names what is empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    before = ""
    if not elements and kind in HEADS:
        writer.writerow(["type", *HEADS[kind]])
    for name, fields in elements:
        if name != before:
            writer.writerow(["type", *fields])
            before = name
        writer.writerow([name, *map(cell_for_programs, fields.values())])
    return buffer.getvalue().encode("utf-8", "replace")


FORMATS: Final[dict[str, tuple[Callable[[Sequence[Element], str], bytes], str]]] = {
    "xml": (as_xml, "application/xml"),
    "csv": (as_csv, "text/csv;charset=utf-8"),
    "json": (as_json, "application/json"),
}


def _rate(percent: float) -> str:
    return f"{percent:.1f}"
