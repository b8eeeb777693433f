"""Broadcasts, and texts on their way to people's devices."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from engage.storage.tables.naming import metadata

broadcasts = Table(
    "broadcast",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("sender_kind", Text, nullable=False),  # name | extension
    Column("sender_value", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("extensions", JSON, nullable=False),
    Column("extension_groups", JSON, nullable=False),
    Column("deliver_to", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("send_at_ms", BigInteger, nullable=False),
    Column("started_at_ms", BigInteger),
    Column("finished_at_ms", BigInteger),
    Index("ix_broadcast_state", "state", "send_at_ms"),
)

deliveries = Table(  # one text to one person on one device; leased, so that a crash frees it
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("topic", Text, nullable=False),  # broadcast | chat
    Column("topic_id", Text, nullable=False),  # the broadcast's id, or conversation and sequence
    Column("number", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("leg", Text, nullable=False),  # phone | wave
    Column("device", Text, nullable=False),  # the binding's contact; empty: Wave, or no phone
    Column("device_name", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sip_code", Integer),
    Column("part", Integer, nullable=False),  # how many parts the device has taken
    Column("tries", Integer, nullable=False),
    Column("maybe_duplicate", Boolean, nullable=False),
    Column("conversation_id", Text),  # where the Wave leg was written
    Column("seq", BigInteger),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("lease_owner", Text, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    UniqueConstraint("topic", "topic_id", "number", "leg", "device"),
    Index("ix_delivery_due", "state", "due_at_ms"),
    Index("ix_delivery_conversation", "conversation_id", "seq"),
)
