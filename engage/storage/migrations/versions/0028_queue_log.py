"""What happened in the call queues.

Revision ID: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing has happened yet."""
    op.create_table(
        "queue_log",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        *(sa.Column(f"data{at}", sa.Text(), nullable=False) for at in range(1, 6)),
        sa.PrimaryKeyConstraint("seq", "part", name=op.f("pk_queue_log")),
    )
    op.create_index("ix_queue_log_at_ms", "queue_log", ["at_ms"])
    op.create_index("ix_queue_log_call", "queue_log", ["call"])
