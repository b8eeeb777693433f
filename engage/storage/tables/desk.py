"""The agents' desk of live chat: how chats ended, and what agents keep at hand to say."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

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
