"""What visitors answered to a live chat's own questions.

Revision ID: 0055
"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody was asked before."""
    op.add_column("visit", sa.Column("answers", sa.JSON(), nullable=True))
