"""Who wants no more emails of a kind; their addresses are not kept, only what tells them again.

Revision ID: 0069
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table."""
    op.create_table(
        "mail_refusal",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
