"""Reports about queues that are mailed by themselves."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from engage.storage.tables.naming import metadata

queue_report_schedules = Table(
    "queue_report_schedule",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("form", JSON, nullable=False),  # what an administrator filled in
    Column("next_ms", BigInteger),  # none: it is switched off
    Column("last_ms", BigInteger),
    Column("last_result", Text, nullable=False),  # `sent`, or why not; empty before the first
    Column("version", Integer, nullable=False),
    Index("ix_queue_report_schedule_next_ms", "next_ms"),
)
