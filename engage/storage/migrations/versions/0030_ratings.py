"""What visitors thought of a chat.

Revision ID: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was asked."""
    op.add_column("inquiry", sa.Column("rating", sa.Integer(), nullable=True))
