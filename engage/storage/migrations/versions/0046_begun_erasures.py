"""Erasures that are begun, so that each is finished and proven.

Revision ID: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """So far a crash could leave an erasure without its proof."""
    op.create_table(
        "begun_erasure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_begun_erasure"),
    )
    op.create_index("ix_visitor_phone", "visitor", ["phone"])
