"""What `queueapi` answers: each kind of statistics in each format, of one and the same morning."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from engage.api.queue_documents import (
    FORMATS,
    HEADS,
    as_csv,
    as_xml,
    details,
    history,
    overview,
)
from engage.queues.agent_times import spans
from engage.queues.figures import stays
from tests.unit.queues.test_log_and_figures import counted, log, played

if TYPE_CHECKING:
    from engage.api.queue_documents import Element

ALWAYS = 0, 1 << 62
KINDS = "overview", "calldetail", "loginhistory", "pausedhistory"
DAY = "2023-11-14 22:13"


def elements(kind: str) -> list[Element]:
    """Of the morning that the queue log is tested with."""
    hall = played()
    match kind:
        case "overview":
            return overview(counted(hall), "admin")
        case "calldetail":
            return details(stays(log(hall), *ALWAYS), "admin", UTC)
        case _:
            which = "login" if kind == "loginhistory" else "break"
            return history(spans(log(hall), *ALWAYS), "admin", UTC, which)


def from_xml(document: bytes) -> list[Element]:
    root = ET.fromstring(document)  # noqa: S314 - our own answer
    assert root.tag == "root_statistics"
    return [(each.tag, {field.tag: field.text or "" for field in each}) for each in root]


def from_json(document: bytes) -> list[Element]:
    return [(*each.items(),)[0] for each in json.loads(document)["root_statistics"]]


def from_csv(document: bytes) -> list[Element]:
    found: list[Element] = []
    heads: list[str] = []
    for kind, *cells in csv.reader(io.StringIO(document.decode())):
        if kind == "type":
            heads = cells
        else:
            found.append((kind, dict(zip(heads, cells, strict=True))))
    return found


READ = {"xml": from_xml, "json": from_json, "csv": from_csv}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", FORMATS)
def test_each_kind_is_the_same_in_each_format(kind: str, form: str) -> None:
    write, _ = FORMATS[form]
    told = elements(kind)
    assert told
    assert READ[form](write(told, kind)) == told
    assert READ[form](write([], kind)) == []


@pytest.mark.parametrize("kind", HEADS)
def test_a_file_of_nothing_has_its_heads(kind: str) -> None:
    heads = as_csv([], kind)
    assert heads
    assert as_csv(elements(kind), kind).startswith(heads)


def test_the_overview_has_the_fields_that_programs_read() -> None:
    told = elements("overview")
    assert told[0] == (
        "total",
        {
            "queuechairman": "admin", "total_calls": "11", "abandoned_rate": "9.1",
            "avg_wait": "8", "avg_talk": "18", "vq_total_calls": "0",
        },
    )  # fmt: skip
    assert told[1] == (
        "queue",
        {
            "queuechairman": "admin", "queue": "6500", "total_calls": "11",
            "answered_calls": "5", "answered_rate": "45.5", "avg_wait": "8",
            "avg_talk": "18", "vq_total_calls": "0",
        },
    )  # fmt: skip
    agents = {fields["agent"]: fields for name, fields in told if name == "agent"}
    assert agents["1001"] == {
        "queuechairman": "admin", "agent": "1001", "total_calls": "6", "answered_calls": "5",
        "answered_rate": "83.3", "avg_talk": "18",
    }  # fmt: skip


def test_each_caller_has_a_row_with_what_became_of_him() -> None:
    rows = [fields for _, fields in elements("calldetail")]
    assert rows[0] == {
        "queuechairman": "admin", "queue": "6500", "agent": "1001", "callernum": "5551",
        "callername": "Ann|a", "starttime": f"{DAY}:20", "wait_time": "4", "talk_time": "10",
        "status": "answered", "position": "1", "vq_call": "no",
    }  # fmt: skip
    assert [each["status"] for each in rows].count("abandoned") == 1


def test_logins_and_breaks_have_their_ends_and_reasons() -> None:
    assert elements("loginhistory")[-1][1] == {
        "queuechairman": "admin", "agent": "1002", "queue": "6500",
        "logintime": f"{DAY}:20", "logofftime": "2023-11-14 22:15:05", "duration": "105",
    }  # fmt: skip
    breaks = [fields for _, fields in elements("pausedhistory")]
    assert [(each["agent"], each["queue"], each["reason"]) for each in breaks] == [
        ("1002", "6500", "paper"), ("1001", "all", "lunch"), ("1001", "all", "meeting"),
    ]  # fmt: skip
    assert breaks[-1]["unpausetime"] == ""


def test_a_name_that_a_table_would_reckon_with_is_text_there() -> None:
    told = [("calldetail", {"callername": "=1+1"})]
    assert b"'=1+1" in as_csv(told)
    assert from_xml(as_xml([("calldetail", {"callername": "<b>&"})])) == [
        ("calldetail", {"callername": "<b>&"})
    ]
