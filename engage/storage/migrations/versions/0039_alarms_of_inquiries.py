"""How often agents were roused for a visitor who waits.

Revision ID: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was."""
    op.create_table(
        "inquiry_alarm",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("path", sa.Text(), primary_key=True),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("last_ms", sa.BigInteger(), nullable=False),
    )
