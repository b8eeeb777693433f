"""What people bring to conversations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint

from engage.storage.tables.naming import metadata

files = Table(  # what people bring; the bytes lie in the data folder, under `id`
    "file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),  # who brought it, as `user:1000`
    Column("client_id", Text),
    Column("name", Text, nullable=False),
    Column("length", BigInteger, nullable=False),  # as announced
    Column("size", BigInteger),  # as kept: a picture is drawn anew
    Column("media_type", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("state", Text, nullable=False),  # uploading | refused | stored | sent
    Column("refusal", Text, nullable=False),  # the code of what is wrong with it
    Column("conversation_id", Text),  # no foreign key: the sweep notices that it is gone
    Column("seq", BigInteger),  # the event that says it
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),  # none once it is sent
    UniqueConstraint("owner", "client_id"),
    Index("ix_file_owner", "owner", "created_at_ms"),
    Index("ix_file_conversation_id", "conversation_id", "seq"),
    Index("ix_file_expires_at_ms", "expires_at_ms"),
)
