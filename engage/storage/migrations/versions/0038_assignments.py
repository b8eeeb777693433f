"""Chats that are given to agents, until they have reacted.

Revision ID: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was given to anybody."""
    op.create_table(
        "assignment",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("given_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("react_by_ms", sa.BigInteger(), nullable=True),
        sa.Column("passed_over", sa.JSON(), nullable=False),
    )
    op.create_index("ix_assignment_react_by_ms", "assignment", ["react_by_ms"])
