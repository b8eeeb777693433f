"""Hotels: who stays where, how the rooms are, and what was taken from mini bars."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, Table, Text

from engage.storage.tables.naming import metadata

pms_stays = Table(
    "pms_stay",
    metadata,
    Column("room", Text, primary_key=True),
    Column("extension", Text, nullable=False),
    Column("guest", JSON, nullable=False),
    Column("usual", JSON, nullable=False),  # what the extension is again after the stay
    Column("since_ms", BigInteger, nullable=False),
)
pms_arrivals = Table(
    "pms_arrival",
    metadata,
    Column("room", Text, primary_key=True),
    Column("extension", Text, nullable=False),
    Column("usual", JSON, nullable=False),
    Column("leaves", Text, nullable=False),  # the room he comes from; empty: he checks in
    Column("cleared", Boolean, nullable=False),
)
pms_conditions = Table(
    "pms_condition",
    metadata,
    Column("room", Text, primary_key=True),
    Column("status", Integer, nullable=False),
    Column("maid", Text, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)
mini_bar_taken = Table(
    "mini_bar_taken",
    metadata,
    Column("id", Text, primary_key=True),
    Column("room", Text, nullable=False, index=True),
    Column("goods", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("maid", Text, nullable=False),
    Column("taken_at_ms", BigInteger, nullable=False),
)
