"""Accounts, extensions, their groups and queues, and what they may do."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, Table, Text

from engage.storage.tables.naming import metadata

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
