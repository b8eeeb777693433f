"""Removing a conversation looked at everybody's whole inbox: 25 ms each among 150,000 rows.

Revision ID: 0070
"""

from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index."""
    op.create_index("ix_inbox_conversation_id", "inbox", ["conversation_id"])
