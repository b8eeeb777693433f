"""Rows of the queue log are found by their verbs: who was logged in long ago, and still is.

Revision ID: 0066
"""

from alembic import op

revision = "0066"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index more."""
    op.create_index("ix_queue_log_verb", "queue_log", ["verb", "at_ms"])
