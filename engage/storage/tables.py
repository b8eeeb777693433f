"""Every table, for both databases. Identifiers are text, moments are milliseconds UTC (`*_ms`)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- the installation -------------------------------------------------------------------------

facts = Table(  # single facts: `demo`, `directory_version`, `installation`
    "fact",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

operations = Table(  # who changed what, written in the same transaction as the change
    "operation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("result", Text, nullable=False),  # `done`, or the code of the error that refused it
    Column("detail", JSON, nullable=False),
    Index("ix_operation_at_ms", "at_ms"),
    Index("ix_operation_object", "object", "id"),
)

settings = Table(  # one row per section of the settings
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),  # its fields; secret ones encrypted
    Column("version", Integer, nullable=False),
    Column("changed_at_ms", BigInteger, nullable=False),
)

# --- people -----------------------------------------------------------------------------------

accounts = Table(  # administrators and extensions' users: one space of user names
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_name", Text, nullable=False, unique=True),  # lower case
    Column("role", Text, nullable=False),  # admin | user
    Column("display_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("language", Text, nullable=False),  # empty: the browser's
    Column("password_hash", Text, nullable=False),
    Column("demo_password", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),  # a change revokes what was granted before it
    Column("created_at_ms", BigInteger, nullable=False),
    Column("client_id", Text, unique=True),
    Column("level", Text, nullable=False),  # super | administrator | custom; empty: none
    Column("privilege_id", Text, ForeignKey("privilege.id")),  # of level `custom`
    Column("revision", Integer, nullable=False),  # grows as an administrator is edited
)

privileges = Table(  # what administrators of level `custom` may do, module by module
    "privilege",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # without case
    Column("modules", JSON, nullable=False),
    Column("version", Integer, nullable=False),
)

wave_privileges = Table(  # what extensions' users may do in Wave; `0` is the default set
    "wave_privilege",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("grants", JSON, nullable=False),
    Column("version", Integer, nullable=False),
)

sessions = Table(
    "session",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("account_version", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # browser | program
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Column("ends_at_ms", BigInteger, nullable=False),  # no refresh reaches beyond it
    Column("used_at_ms", BigInteger, nullable=False, server_default="0"),
    Column("proved_at_ms", BigInteger, nullable=False, server_default="0"),  # by password or key
    Column("enrolling", Boolean, nullable=False, server_default=false()),  # first a second factor
    Index("ix_session_account_id", "account_id"),
)

sign_in_guards = Table(  # failures by user name and by address; survive a restart
    "sign_in_guard",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("window_ends_at_ms", BigInteger, nullable=False),
    Column("locked_until_ms", BigInteger, nullable=False),
)

authenticator_apps = Table(  # codes of RFC 6238
    "authenticator_app",
    metadata,
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", Text, nullable=False),  # encrypted
    Column("last_step", BigInteger, nullable=False),  # neither it nor an earlier one counts again
    Column("created_at_ms", BigInteger, nullable=False),
)

passkeys = Table(  # WebAuthn credentials; ids and keys in hexadecimal
    "passkey",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", JSON, nullable=False),
    Column("host", Text, nullable=False),  # the site it belongs to
    Column("created_at_ms", BigInteger, nullable=False),
    Column("used_at_ms", BigInteger, nullable=False),
    Index("ix_passkey_account_id", "account_id"),
)

recovery_codes = Table(  # those not used yet
    "recovery_code",
    metadata,
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", Text, primary_key=True),
)

password_links = Table(  # links from mails that set a password, once
    "password_link",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("account_version", Integer, nullable=False),  # another password outdates it
    Column("kind", Text, nullable=False),  # password_reset | welcome
    Column("created_at_ms", BigInteger, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
    Index("ix_password_link_account_id", "account_id"),
)

spent_tickets = Table(  # a ticket between two steps of signing in counts once
    "spent_ticket",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ends_at_ms", BigInteger, nullable=False),
)

extensions = Table(
    "extension",
    metadata,
    Column("number", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("sip_secret", Text, nullable=False),  # encrypted
    Column("max_contacts", Integer, nullable=False),
    Column("permission", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("phone_number", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("job_title", Text, nullable=False),
    Column("wave_privilege_id", Text, ForeignKey("wave_privilege.id"), nullable=False),
    Column("options", JSON, nullable=False),  # what the HTTPS API keeps for other features
    Column("version", Integer, nullable=False),
)

extension_groups = Table(
    "extension_group",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
)

extension_group_members = Table(
    "extension_group_member",
    metadata,
    Column(
        "group_id", Text, ForeignKey("extension_group.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("number", Text, ForeignKey("extension.number", ondelete="CASCADE"), primary_key=True),
)

queues = Table(
    "queue",
    metadata,
    Column("number", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("options", JSON, nullable=False),
    Column("version", Integer, nullable=False),
)

queue_agents = Table(
    "queue_agent",
    metadata,
    Column("queue", Text, ForeignKey("queue.number", ondelete="CASCADE"), primary_key=True),
    Column("number", Text, ForeignKey("extension.number", ondelete="CASCADE"), primary_key=True),
    Column("static", Boolean, nullable=False),  # else they log in and out themselves
    Column("logged_in", Boolean, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("position", Integer, nullable=False),  # linear queues ring in this order
)

# --- conversations ----------------------------------------------------------------------------

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
)

# --- chat between colleagues ------------------------------------------------------------------

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

own_settings = Table(  # what somebody has chosen for themselves in Wave
    "own_setting",
    metadata,
    Column("who", Text, primary_key=True),
    Column("values", JSON, nullable=False),
)

wave_activity = Table(  # when somebody was last in Wave, and whether they were told since
    "wave_activity",
    metadata,
    Column("number", Text, primary_key=True),
    Column("seen_at_ms", BigInteger, nullable=False),
    Column("mailed_at_ms", BigInteger),
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

# --- files ------------------------------------------------------------------------------------

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

# --- live chat --------------------------------------------------------------------------------

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
    UniqueConstraint("livechat_id", "client_id"),
    Index("ix_inquiry_visitor_id", "visitor_id"),
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

# --- phones, broadcast ------------------------------------------------------------------------

devices = Table(  # registered phones: a projection of the PBX's journal
    "device",
    metadata,
    Column("number", Text, primary_key=True),
    Column("contact", Text, primary_key=True),
    Column("user_agent", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("transport", Text, nullable=False),
    Column("expires_at_ms", BigInteger, nullable=False),
)

journal_offsets = (
    Table(  # how far the PBX's journal is projected; same transaction as the projection
        "journal_offset",
        metadata,
        Column("name", Text, primary_key=True),
        Column("seq", BigInteger, nullable=False),
    )
)

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

# --- mails ------------------------------------------------------------------------------------

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

# --- telephony: trunks ------------------------------------------------------------------------

trunks = Table(  # providers we register with, and peers
    "trunk",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),  # without case
    Column("password", Text, nullable=False),  # encrypted; empty for none
    Column("settings", JSON, nullable=False),  # what else its form holds
    Column("version", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)

# --- HTTPS API --------------------------------------------------------------------------------

api_users = Table(  # programs that may use the HTTPS API
    "api_user",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client_id", Text, unique=True),
    Column("user", Text, nullable=False),
    Column("user_key", Text, nullable=False, unique=True),  # without case
    Column("password", Text, nullable=False),  # encrypted: the login's token is made of it
    Column("enabled", Boolean, nullable=False),
    Column("permitted", JSON, nullable=False),  # networks and host names
    Column("denied", JSON, nullable=False),  # actions
    Column("version", Integer, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
)

api_numbers = Table(  # the small numbers by which the protocol knows what has another id here
    "api_number",
    metadata,
    Column("kind", Text, primary_key=True),  # user | group | department
    Column("object", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    UniqueConstraint("kind", "number"),
)
