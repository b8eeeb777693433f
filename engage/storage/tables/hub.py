"""Conversations of every kind: the log, who follows it, and their inboxes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from engage.storage.tables.naming import metadata

conversations = Table(
    "conversation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # livechat | direct | broadcast
    Column("key", Text, unique=True),  # what there is only one of: `1000|1001`, `Facilities|1001`
    Column("title", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting active transferring ended missed offline
    Column("owner", Text),  # who serves it, as `user:1000`
    Column("owner_name", Text, nullable=False),
    Column("owner_epoch", Integer, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("last_public_seq", BigInteger, nullable=False),  # the last that a visitor may see
    Column("created_at_ms", BigInteger, nullable=False),
    Column("ended_at_ms", BigInteger),
    Column("manners", Text),  # JSON: what a visitor and whoever serves them see of each other
    Index("ix_conversation_state", "kind", "state"),
)

events = Table(
    "event",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("prev_public", BigInteger, nullable=False),  # `prev` for those who do not see notes
    Column("kind", Text, nullable=False),
    Column("author", Text, nullable=False),  # `visitor:<id>`, `user:1000`, `phone:1001`, `system:`
    Column("author_name", Text, nullable=False),
    Column("client_id", Text),
    Column("body", Text, nullable=False),  # JSON
    Column("at_ms", BigInteger, nullable=False),
    Index(
        "uq_event_client_id",
        "client_id",  # first: UUIDv7 grow with time, so new entries share the index's last page
        "conversation_id",
        "author",
        unique=True,
        sqlite_where=text("client_id IS NOT NULL"),
        postgresql_where=text("client_id IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

participants = Table(  # who follows a conversation, from where, and how far they have come
    "participant",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("from_seq", BigInteger, nullable=False),
    Column("sees_notes", Boolean, nullable=False),
    Column("delivered_seq", BigInteger, nullable=False),
    Column("read_seq", BigInteger, nullable=False),
    Column("left_at_ms", BigInteger),
    Column("role", Text, nullable=False, server_default=""),
    Index("ix_participant_who", "who"),
)

inboxes = Table(  # one row per membership, touched for membership and first unread only
    "inbox",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("first_unread_seq", BigInteger),
    Column("unread_since_ms", BigInteger),
    Column("pinned_at_ms", BigInteger),
    Column("muted_at_ms", BigInteger),
    Column("cleared_seq", BigInteger),  # deleted by its owner; hidden until something follows
    Index("ix_inbox_conversation_id", "conversation_id"),
)
