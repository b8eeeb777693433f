"""What a visitor and whoever serves them see of each other.

Revision ID: 0060
"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Conversations that are there go on as they did."""
    op.add_column("conversation", sa.Column("manners", sa.Text(), nullable=True))
