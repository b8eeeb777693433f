"""Webhooks: who is told of what happens in live chats, and what is on its way to them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from engage.storage.tables.naming import metadata

webhook_endpoints = Table(
    "webhook_endpoint",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),  # of the creation that made it
    Column("bot_of", Text, ForeignKey("livechat.id"), unique=True),  # a bot, and whose
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("livechats", JSON, nullable=False),  # empty: all of them
    Column("enabled", Boolean, nullable=False),
    Column("secret", Text, nullable=False),  # sealed
    Column("former_secret", Text),  # sealed; signs as well for a while
    Column("former_until_ms", BigInteger),
    Column("version", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row
    Column("failing_since_ms", BigInteger),
    Column("paused_until_ms", BigInteger, nullable=False),
    Column("disabled_reason", Text, nullable=False),  # why the server switched it off
)

webhook_deliveries = Table(
    "webhook_delivery",
    metadata,
    Column("id", Text, primary_key=True),  # the order of their making; the `webhook-id`
    Column(
        "endpoint_id", Text, ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), nullable=False
    ),
    Column("type", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversation.id")),  # gone with it
    Column("payload", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting sent failed
    Column("tries", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("lease_until_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("attempts", JSON, nullable=False),  # the last ones
    Index("ix_webhook_delivery_endpoint_id", "endpoint_id", "state", "due_at_ms"),
    Index("ix_webhook_delivery_conversation_id", "conversation_id"),
)

livechat_bots = Table(  # what a bot is besides an endpoint; both have one identifier
    "livechat_bot",
    metadata,
    Column("id", Text, ForeignKey("webhook_endpoint.id", ondelete="CASCADE"), primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("answer_within_s", Integer, nullable=False),
    Column("serve", Text, nullable=False, server_default="within"),  # always within outside
)

bot_turns = Table(  # visitors to whom a bot owes an answer
    "bot_turn",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("due_at_ms", BigInteger, nullable=False, index=True),
)
