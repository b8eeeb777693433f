"""Phones, providers, and how far the PBX's journal is known."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Integer, Table, Text

from engage.storage.tables.naming import metadata

devices = Table(  # registered phones: a projection of the PBX's journal
    "device",
    metadata,
    Column("number", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    Column("user_agent", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("transport", Text, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
)

journal_offsets = (
    Table(  # how far the PBX's journal is projected; same transaction as the projection
        "journal_offset",
        metadata,
        Column("name", Text, primary_key=True),
        Column("seq", BigInteger, nullable=False),
    )
)

trunks = Table(  # providers we register with, and peers
    "trunk",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # without case
    Column("password", Text, nullable=False),  # encrypted; empty for none
    Column("settings", JSON, nullable=False),  # what else its form holds
    Column("version", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)
