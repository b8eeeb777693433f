"""Which live chat a visitor called in.

Revision ID: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
COLUMNS = ("conversation", "session")


def upgrade() -> None:
    """Nobody has called so."""
    for name in COLUMNS:
        op.add_column("call", sa.Column(name, sa.Text(), nullable=False, server_default=""))
