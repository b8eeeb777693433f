"""What happened in the call queues."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from engage.storage.tables.naming import metadata

queue_log = Table(  # the rows that call-centre tools read; `seq` is the journal's
    "queue_log",
    metadata,
    Column("seq", BigInteger, primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("call", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("agent", Text, nullable=False),  # a number; empty for none, as with call and queue
    Column("verb", Text, nullable=False),
    *(Column(f"data{at}", Text, nullable=False) for at in range(1, 6)),
    Index("ix_queue_log_at_ms", "at_ms"),
    Index("ix_queue_log_call", "call"),
    Index("ix_queue_log_verb", "verb", "at_ms"),
)

queue_resets = Table(  # queues whose agents' counters begin anew by themselves
    "queue_reset",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("looked_ms", BigInteger, nullable=False),  # whatever was due until then is done
)
