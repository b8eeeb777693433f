"""Bots serve at their own hours.

Revision ID: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """So far they served while people could be asked."""
    op.add_column(
        "livechat_bot", sa.Column("serve", sa.Text(), nullable=False, server_default="within")
    )
