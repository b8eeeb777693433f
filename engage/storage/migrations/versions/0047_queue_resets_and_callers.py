"""Resets of queues' counters outlive a restart; calls are found by who called first.

Revision ID: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was due before is not made up for."""
    op.create_table(
        "queue_reset",
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("looked_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", name="pk_queue_reset"),
    )
    op.create_index("ix_call_original_caller", "call", ["original_caller", "started_at_ms"])
