"""The HTTPS API: its users, and the numbers it knows things by."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, Table, Text, UniqueConstraint

from engage.storage.tables.naming import metadata

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

api_kept = Table(  # what programs say of routes and menus that steers nothing
    "api_kept",
    metadata,
    Column("kind", Text, primary_key=True),  # inbound_route | ivr
    Column("object", Text, primary_key=True),
    Column("fields", JSON, nullable=False),
)
