"""Chats of visitors that are offered to somebody else, and what followers are in a conversation.

Revision ID: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is on offer, and nobody was invited."""
    op.add_column("participant", sa.Column("role", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "handover",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
