"""Structured logs: a fixed phrase and fields, one JSON object a line on standard error."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
import time

# What every record carries by itself; anything else came in by `extra`.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "color_message",
}


class JsonLines(logging.Formatter):
    """For programs: time, level, logger, part, phrase, fields, traceback."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """One line; what JSON cannot carry is shown by `repr`."""
        line: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "part": self._part,
            "message": record.getMessage(),
        }
        line |= _fields(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=repr)


class ConsoleLines(logging.Formatter):
    """For people at a terminal: the same, easier on the eye."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it."""
        # Text from outside must not steer the terminal: json escapes its control characters.
        fields = "".join(
            f" {name}={json.dumps(value, default=repr)}" for name, value in _fields(record).items()
        )
        phrase = record.getMessage()
        line = f"{_moment(record)[11:23]} {record.levelname:7} {self._part:10} {phrase}{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def configure(part: str, level: int = logging.INFO) -> None:
    """Send every log of this process to standard error, named as this part's."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = ConsoleLines if sys.stderr.isatty() else JsonLines
    handler.setFormatter(formatter(part))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for chatty in ("uvicorn", "socketio", "engineio", "alembic", "asyncio"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    for own in ("socketio.server", "engineio.server"):  # without a level they print for themselves
        logging.getLogger(own).setLevel(max(level, logging.WARNING))


def say(line: str) -> None:
    """Print a line for whoever started the server; if nobody reads any more, it serves on."""
    with contextlib.suppress(OSError):
        print(line, flush=True)  # noqa: T201 - this is what standard output is for


def complain(line: str) -> None:
    """Tell whoever started the server, in a line for people, what keeps it from serving."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"engage: {line}\n")
        sys.stderr.flush()


def _moment(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03d}Z"


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}
