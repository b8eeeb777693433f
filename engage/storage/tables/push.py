"""Browsers that are told of news while Wave is closed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from engage.storage.tables.naming import metadata

push_subscriptions = Table(  # browsers that are told of news while Wave is closed
    "push_subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("who", Text, nullable=False),
    Column("session_id", Text, nullable=False),  # it ends with the session, should that be ended
    Column("endpoint", Text, nullable=False, unique=True),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Index("ix_push_subscription_session_id", "session_id"),
)

push_messages = Table(  # one waits for each browser and tag: newer news replace older ones
    "push_message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscription_id", Text, ForeignKey("push_subscription.id"), nullable=False),
    Column("tag", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("seq", BigInteger),  # of the message it tells of; dropped when that was read
    Column("tries", Integer, nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    UniqueConstraint("subscription_id", "tag"),
    Index("ix_push_message_due_at_ms", "due_at_ms"),
)
