"""Chat between colleagues: groups, search, corrections."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from engage.storage.tables.naming import metadata

chat_groups = Table(
    "chat_group",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("notice", Text, nullable=False),
    Column("history", Text, nullable=False),  # what new members see: joining | all
)

chat_group_members = Table(
    "chat_group_member",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("number", Text, primary_key=True),
    Column("admin_since_ms", BigInteger),
    Column("joined_at_ms", BigInteger, nullable=False),
)

message_texts = Table(  # what is searched; a projection of the log, beside it a trigram index
    "message_text",
    metadata,
    # Grows with the moment of the message, so that the newest hits are found first.
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("note", Boolean, nullable=False),
    Column("folded", Text, nullable=False),  # without case, accents and vowel marks
    UniqueConstraint("conversation_id", "seq"),
)

search_progress = Table(  # up to which sequence a conversation is in `message_text`
    "search_progress",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

message_revisions = Table(  # what a message was before an edit or its deletion
    "message_revision",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("changed_by_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_message_revision_seq", "conversation_id", "seq"),
)
