"""The agents' desk of live chat: how chats ended, and what agents keep at hand to say."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Table, Text

from engage.storage.tables.naming import metadata

chat_outcomes = Table(  # how an agent sees a visitor's chat that is over
    "chat_outcome",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("disposition", Text, nullable=False),  # as the live chat named it then; may be empty
    Column("agent", Text, nullable=False),  # the extension of who said so last
    Column("agent_name", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_chat_outcome_disposition", "disposition"),
)

chat_tags = Table(  # as the live chat named them then: one taken off its list stays on its chats
    "chat_tag",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Index("ix_chat_tag_tag", "tag"),
)

quick_replies = Table(  # an agent's own, or one that everybody in a live chat has
    "quick_reply",
    metadata,
    Column("id", Text, primary_key=True),
    Column("extension", Text),  # whose own; none for a shared one
    Column("livechat_id", Text, ForeignKey("livechat.id")),  # where it is shared
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
    Index("ix_quick_reply_extension", "extension"),
    Index("ix_quick_reply_livechat_id", "livechat_id"),
)

livechat_bans = Table(  # who is kept out of a live chat, was, or shall be; outlives the chat itself
    "livechat_ban",
    metadata,
    Column("id", Text, primary_key=True),
    Column("livechat_id", Text, ForeignKey("livechat.id"), nullable=False),
    Column("visitor_id", Text, nullable=False),
    Column("visitor_name", Text, nullable=False),
    Column("network", Text, nullable=False),  # an IPv4 address, an IPv6 /64; empty: none to ban
    Column("conversation_id", Text, nullable=False),  # in which it was asked for
    Column("number", BigInteger, nullable=False),  # of that chat
    Column("reason", Text, nullable=False),
    Column("duration", Text, nullable=False),  # 1h 24h 30d permanent
    Column("state", Text, nullable=False),  # asked banned refused lifted
    Column("asked_by", Text, nullable=False),  # as the operation log names people
    Column("asked_by_name", Text, nullable=False),
    Column("asked_at_ms", BigInteger, nullable=False),
    Column("decided_by_name", Text, nullable=False),
    Column("decided_at_ms", BigInteger),
    Column("until_ms", BigInteger),  # of a ban that ends by itself
    Column("lifted_by_name", Text, nullable=False),
    Column("lifted_at_ms", BigInteger),
    Index("ix_livechat_ban_livechat_id", "livechat_id"),
)

visits = Table(  # what a visitor's browser told when a chat began
    "visit",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("page_title", Text, nullable=False),
    Column("referrer", Text, nullable=False),
    Column("time_zone", Text, nullable=False),  # IANA's name
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("answers", JSON),  # label and answer of the live chat's own questions
)

contacts = Table(  # people outside, an agent's own or everybody's
    "contact",
    metadata,
    Column("id", Text, primary_key=True),
    Column("extension", Text),  # whose own; none for everybody's
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("company", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_by", Text, nullable=False),  # the extension
    Column("changed_at_ms", BigInteger, nullable=False),
    Index("ix_contact_extension", "extension"),
)
