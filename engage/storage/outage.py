"""Telling a database that is gone from a statement that is wrong."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoReaderFree

# Primary result codes (sqlite.org/rescode.html): busy, locked, out of memory, read-only, I/O
# error, corrupt, full, cannot open, not a database.
_SQLITE_CODES = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 26})
# Classes of SQLSTATE: connection, resources, operator's intervention, system; not 57014, a
# statement cancelled for its own sake.
_POSTGRESQL_CLASSES = ("08", "53", "57P", "58", "XX")
_READ_ONLY = "25006"  # the primary became a standby
_CONTENTION = ("40001", "40P01", "55P03")  # serialization failure, deadlock, lock not available


class DatabaseGone(Exception):
    """The file was moved or replaced under an open connection: writes would be lost."""


def is_outage(error: BaseException) -> bool:
    """Whether the database, not the statement, is at fault: reconnect, and let people retry."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_outage(error.orig))
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        return (code & 0xFF) in _SQLITE_CODES if code is not None else _closed(error)
    state = sqlstate(error)
    if state is not None:
        return state.startswith(_POSTGRESQL_CLASSES) or state == _READ_ONLY
    if type(error).__module__.startswith("asyncpg"):  # "connection is closed", not bad arguments
        return not isinstance(error, ValueError)
    return isinstance(error, OSError | TimeoutError | DatabaseGone | NoReaderFree)


def is_contention(error: BaseException) -> bool:
    """Whether the same work may succeed when it is done again."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return cause is not None and sqlstate(cause) in _CONTENTION


def sqlstate(error: BaseException) -> str | None:
    """PostgreSQL's code of what went wrong, wherever the driver and its adapter keep it."""
    for each in (error, error.__cause__):
        state = getattr(each, "sqlstate", None)
        if isinstance(state, str):
            return state
    return None


def _closed(error: sqlite3.Error) -> bool:
    return isinstance(error, sqlite3.ProgrammingError | sqlite3.OperationalError) and (
        "closed" in str(error) or "no active connection" in str(error)
    )
