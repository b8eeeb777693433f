"""Live chat: where visitors enter, who they are, and what they agreed to."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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

livechats = Table(
    "livechat",
    metadata,
    Column("id", Text, primary_key=True),
    Column("public_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("destination_kind", Text, nullable=False),  # queue | extensions
    Column("destination_values", JSON, nullable=False),
    Column("options", JSON, nullable=False),  # the other fields of the form
    Column("version", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("name_key", Text),  # the name without case; none once it is deleted
    Column("client_id", Text),  # of the creation that made it
    Column("deleted_at_ms", BigInteger),  # its conversations outlive it
    Column("pictures", JSON(none_as_null=True)),  # logo and launcher icon: type, bytes in base64
    Index("ix_livechat_name_key", "name_key", unique=True),
    Index("ix_livechat_client_id", "client_id", unique=True),
)

visitors = Table(
    "visitor",
    metadata,
    Column("id", Text, primary_key=True),
    Column("livechat_id", Text, ForeignKey("livechat.id"), nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("token_expires_at_ms", BigInteger, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("first_seen_at_ms", BigInteger, nullable=False),
    Column("visits", Integer, nullable=False, server_default="1"),
    Column("last_seen_at_ms", BigInteger),  # none before a page has come back
    Column("subject", Text),  # what the web site that vouches for them calls them
    Column("email_key", Text),  # the address without case; none for those who gave none
    Index("ix_visitor_subject", "livechat_id", "subject", unique=True),
    Index("ix_visitor_phone", "phone"),
    Index("ix_visitor_email_key", "email_key"),
)

visitor_tokens = Table(  # further devices of visitors whom their web site vouches for
    "visitor_token",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column(
        "visitor_id", Text, ForeignKey("visitor.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("expires_at_ms", BigInteger, nullable=False),
)

identity_secrets = Table(  # what web sites sign with, sealed
    "identity_secret",
    metadata,
    Column("id", Text, primary_key=True),
    Column("livechat_id", Text, ForeignKey("livechat.id"), nullable=False, index=True),
    Column("secret", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger),  # a newer one has taken its place
)

inquiries = Table(  # one chat of one visitor, from the form to its end
    "inquiry",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),  # shown as #1024
    Column("livechat_id", Text, ForeignKey("livechat.id"), nullable=False),
    Column("visitor_id", Text, ForeignKey("visitor.id"), nullable=False),
    Column("client_id", Text),
    Column("page_url", Text, nullable=False),
    Column("queued_at_ms", BigInteger, nullable=False),
    Column("accepted_at_ms", BigInteger),
    Column("end_reason", Text, nullable=False),
    Column("away_since_ms", BigInteger),  # the visitor's last socket closed then
    Column("agent_away_since_ms", BigInteger),  # the owner's last socket closed then
    Column("mailed_at_ms", BigInteger),  # the agents were told by mail that somebody waits
    Column("answered_at_ms", BigInteger),  # a message left was answered then
    Column("answered_by", Text),  # the name of who says so
    Column("rating", Integer),  # what the visitor said afterwards: one to five stars
    UniqueConstraint("livechat_id", "client_id"),
    Index("ix_inquiry_visitor_id", "visitor_id"),
    Index("ix_inquiry_queued_at_ms", "queued_at_ms"),
    Index("ix_inquiry_livechat_id", "livechat_id", "number"),
)

handovers = Table(  # a served chat that is offered to somebody else, until that is settled
    "handover",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("kind", Text, nullable=False),  # agent queue
    Column("value", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

assignments = Table(  # chats given to an agent who has not reacted yet, and who did not before
    "assignment",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("agent", Text, nullable=False),  # as the hub calls them
    Column("given_at_ms", BigInteger, nullable=False),
    Column("react_by_ms", BigInteger),  # empty: it waits again
    Column("passed_over", JSON, nullable=False),  # agents who let it lapse: who, and when (ms)
    Index("ix_assignment_react_by_ms", "react_by_ms"),
)

inquiry_alarms = Table(  # how often agents were roused for a visitor who waits, by path
    "inquiry_alarm",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("path", Text, primary_key=True),  # wave push phone
    Column("rounds", Integer, nullable=False),
    Column("last_ms", BigInteger, nullable=False),
)

consents = Table(  # what was agreed to: the text's hash, the text itself once, the moment
    "consent",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("visitor_id", Text, nullable=False),
    Column("text_hash", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
)

livechat_summary_readers = Table(  # the administrators who get yesterday's figures by email
    "livechat_summary_reader",
    metadata,
    Column("account_id", Text, primary_key=True),  # no foreign key: who is gone gets none
    Column("since_ms", BigInteger, nullable=False),
)

erasures = Table(  # what was removed of people, when and by whom: signed, and without any person
    "erasure",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("document", Text, nullable=False),  # JSON, as it was signed
    Column("signature", Text, nullable=False),
)

begun_erasures = Table(  # those that are not proven yet, with the person sealed
    "begun_erasure",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("counts", Text, nullable=False),
    Column("person", Text, nullable=False),
)

livechat_counters = Table(  # what is left of chats that were removed: figures, and no person
    "livechat_counter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("quarter_ms", BigInteger, nullable=False),  # the quarter of an hour in which they came
    Column("livechat_id", Text, ForeignKey("livechat.id"), nullable=False),
    Column("agent", Text, nullable=False),  # the extension that served them
    Column("inquiries", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    Column("left", Integer, nullable=False),  # messages, while nobody could be asked
    Column("responded", Integer, nullable=False),
    Column("response_s", BigInteger, nullable=False),
    Column("handled", Integer, nullable=False),
    Column("handled_s", BigInteger, nullable=False),
    Column("waits", Text, nullable=False),  # JSON: how many waited so many seconds
    Column("ratings", Text, nullable=False),  # JSON: how many gave so many stars
    Index("ix_livechat_counter_quarter_ms", "quarter_ms"),
)
