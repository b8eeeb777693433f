"""Mails on their way, and the texts they are made from."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from engage.storage.tables.naming import metadata

mails = Table(  # the outbox: one mail to one person; leased, so that a crash frees it
    "mail",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),  # empty: the installation's
    Column("reply_to", Text, nullable=False),
    Column("params", Text, nullable=False),  # JSON, encrypted: links in it open accounts
    Column("dedupe_key", Text, unique=True),
    Column("message_id", Text, nullable=False),
    Column("subject", Text, nullable=False),  # as it was rendered last
    Column("state", Text, nullable=False),  # waiting | sending | sent | failed | cancelled
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),  # why it was not sent; empty: it was, or not tried
    Column("words", Text, nullable=False),  # the mail server's, with its code
    Column("due_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("lease_owner", Text, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("updated_at_ms", BigInteger, nullable=False),
    Index("ix_mail_state", "state", "due_at_ms"),
    Index("ix_mail_created_at_ms", "created_at_ms", "id"),
)

mail_templates = Table(  # what an administrator has written in place of a kind's own text
    "mail_template",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)

mail_refusals = Table(  # who wants no more mails of a kind
    "mail_refusal",
    metadata,
    Column("who", Text, primary_key=True),  # the address, by a keyed digest
    Column("kind", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
)
