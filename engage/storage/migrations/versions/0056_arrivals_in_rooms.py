"""Guests on their way into a room, so that what fails in the middle can be repeated.

Revision ID: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody is on his way; what was taken in rooms that are there no more goes."""
    op.create_table(
        "pms_arrival",
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("extension", sa.Text(), nullable=False),
        sa.Column("usual", sa.JSON(), nullable=False),
        sa.Column("leaves", sa.Text(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("room", name=op.f("pk_pms_arrival")),
    )
    op.execute("DELETE FROM mini_bar_taken WHERE room NOT IN (SELECT name FROM pms_room)")
