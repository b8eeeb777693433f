"""Sessions, second factors, and what guards the way in."""

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
    false,
)

from engage.storage.tables.naming import metadata

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
