"""Reports about queues that are mailed by themselves.

Revision ID: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None were mailed before."""
    op.create_table(
        "queue_report_schedule",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("client_id", sa.Text(), nullable=True, unique=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.JSON(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_result", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("ix_queue_report_schedule_next_ms", "queue_report_schedule", ["next_ms"])
