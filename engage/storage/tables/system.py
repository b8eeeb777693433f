"""The installation itself: facts, settings, and who changed what."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from engage.storage.tables.naming import metadata

facts = Table(  # single facts: `demo`, `directory_version`, `installation`
    "fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

operations = Table(  # who changed what, written in the same transaction as the change
    "operation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("result", Text, nullable=False),  # `done`, or the code of the error that refused it
    Column("detail", JSON, nullable=False),
    Index("ix_operation_at_ms", "at_ms"),
    Index("ix_operation_object", "object", "id"),
)

settings = Table(  # one row per section of the settings
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),  # its fields; secret ones encrypted
    Column("version", Integer, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)
