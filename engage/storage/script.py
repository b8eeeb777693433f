"""What the writer asks of a database, as values: one text for both, run in few visits.

A script is a generator that yields asks and is sent rows. On SQLite a whole script runs in a single
visit to the connection's thread, on PostgreSQL each ask is a round trip. Its SQL is prepared text,
not SQLAlchemy Core: on the append path compiling and the four thread hops of each statement through
SQLAlchemy's adapter cost more than the statement.

Many rows travel in one statement, named `given`: row by row SQLite would give up Python's
interpreter lock once per row, and a busy event loop then keeps it for up to 5 ms each time.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Dialect = Literal["sqlite", "postgresql"]
Row = tuple[Any, ...] | list[Any]
Result = TypeVar("Result")

CHUNK = 256
"""Rows in one statement on SQLite, whose statements take at most 32,766 values."""


@dataclass(frozen=True, slots=True)
class Do:
    """A statement without values or rows: `BEGIN`, `SAVEPOINT`, `COMMIT`."""

    sql: str


@dataclass(frozen=True, slots=True)
class Given:
    """The columns of `given` and their PostgreSQL types."""

    columns: tuple[tuple[str, str], ...]

    def clause(self, dialect: Dialect, rows: int) -> str:
        """The `WITH` clause that makes `rows` rows of values a table called `given`."""
        names = ", ".join(name for name, _ in self.columns)
        if dialect == "postgresql":
            arrays = ", ".join(
                f"${place}::{kind}[]" for place, (_, kind) in enumerate(self.columns, 1)
            )
            # The names are constants of this program, never input.
            return f"WITH given({names}) AS (SELECT * FROM unnest({arrays})) "  # noqa: S608
        one = "(" + ",".join("?" * len(self.columns)) + ")"
        return f"WITH given({names}) AS NOT MATERIALIZED (VALUES {','.join([one] * rows)}) "


class Fetch:
    """A selection for the given rows; `tail` follows `FROM`, `lock` names the table to lock."""

    def __init__(self, given: Given, columns: str, tail: str, *, lock: str | None = None) -> None:
        self.given, self.columns, self.tail, self.lock = given, columns, tail, lock

    def text(self, dialect: Dialect, rows: int) -> str:
        """The statement; on SQLite all rows come as one JSON text, hence in one step."""
        # The names are constants of this program, never input.
        if dialect == "sqlite":
            selection = f"SELECT json_group_array(json_array({self.columns})) FROM {self.tail}"  # noqa: S608
        else:
            selection = f"SELECT {self.columns} FROM {self.tail}"  # noqa: S608
            if self.lock:
                selection += f" ORDER BY {self.lock}.id FOR UPDATE OF {self.lock}"
        return self.given.clause(dialect, rows) + selection


class Change:
    """An insertion or update from the given rows."""

    def __init__(self, given: Given, statement: str) -> None:
        self.given, self.statement = given, statement

    def text(self, dialect: Dialect, rows: int) -> str:
        """The statement for so many rows."""
        return self.given.clause(dialect, rows) + self.statement


@dataclass(frozen=True, slots=True)
class Ask:
    """A statement with the rows given to it."""

    statement: Fetch | Change
    rows: list[tuple[Any, ...]]


Script = Generator[Do | Ask, list[Row], Result]


def sizes(rows: int) -> list[int]:
    """Cut a number of rows into powers of two, so that few texts serve every number."""
    whole, rest = divmod(rows, CHUNK)
    cut = [CHUNK] * whole
    return cut + [1 << bit for bit in reversed(range(CHUNK.bit_length())) if rest & (1 << bit)]
