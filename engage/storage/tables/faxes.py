"""Faxes that were received, and attempts at it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text

from engage.storage.tables.naming import metadata

received_faxes = Table(
    "received_fax",
    metadata,
    Column("id", Text, primary_key=True),
    Column("box", Text, nullable=False),  # the number it was for
    Column("call", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("sender", Text, nullable=False),  # what the machine calls itself
    Column("received_at_ms", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("bit_rate", Integer, nullable=False),
    Column("problem", Text, nullable=False),  # empty: it is whole
    Column("detail", Text, nullable=False),
    Column("mailed", Text, nullable=False),  # addresses, parted by semicolons
    Column("file", Text, nullable=False),  # a TIFF; empty where there are no pages
    Index("ix_received_fax_received_at_ms", "received_at_ms", "id"),
)
