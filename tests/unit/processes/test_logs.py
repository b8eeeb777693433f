"""Log lines: for programs one JSON object each, for people nothing that steers their terminal."""

from __future__ import annotations

import json
import logging
import sys

from engage.logs import ConsoleLines, JsonLines


def made(**extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord(
        {"name": "engage.hub", "levelname": "INFO", "msg": "call queued", "created": 0.25}
    )
    record.msecs = 250.0
    vars(record).update(extra)
    return record


def test_a_line_carries_time_level_logger_part_phrase_and_fields() -> None:
    assert json.loads(JsonLines("pbx").format(made(queue="6500", waiting=3))) == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "info",
        "logger": "engage.hub",
        "part": "pbx",
        "message": "call queued",
        "queue": "6500",
        "waiting": 3,
    }


def test_a_traceback_stays_inside_its_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        record = made(exc_info=sys.exc_info())
    line = JsonLines("web").format(record)
    assert "\n" not in line
    assert "ValueError: two\nlines" in json.loads(line)["exception"]


def test_what_json_cannot_carry_is_shown_and_no_line_is_forged() -> None:
    line = JsonLines("web").format(made(agent='x\n{"level":"error"}\u2028\ud800', kind=bytes))
    assert len(line.splitlines()) == 1
    assert json.loads(line)["kind"] == "<class 'bytes'>"


def test_text_from_outside_does_not_steer_a_terminal() -> None:
    line = ConsoleLines("pbx").format(made(agent="\x1b[2J\rphone\n"))
    assert line.isprintable()
    assert "00:00:00.250 INFO" in line
