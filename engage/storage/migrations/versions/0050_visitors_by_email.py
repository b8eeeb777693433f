"""Visitors are found by the address they gave, however it is written.

Revision ID: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_BYTES = {"sqlite": "length(CAST(email AS BLOB))", "postgresql": "octet_length(email)"}


def upgrade() -> None:
    """So far every visitor was looked through whenever an agent opened a chat."""
    op.add_column("visitor", sa.Column("email_key", sa.Text(), nullable=True))
    op.execute("UPDATE visitor SET email_key = lower(email) WHERE email <> ''")
    connection = op.get_bind()
    # SQLite lowers ASCII alone; others are few.
    others = sa.text(
        f"SELECT id, email FROM visitor WHERE {_BYTES[connection.dialect.name]} > length(email)"  # noqa: S608 - no input
    )
    for visitor_id, email in connection.execute(others).all():
        connection.execute(
            sa.text("UPDATE visitor SET email_key = :key WHERE id = :id"),
            {"key": email.casefold(), "id": visitor_id},
        )
    op.create_index("ix_visitor_email_key", "visitor", ["email_key"])
