"""What the announcement center plays, and to whom.

Revision ID: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
TABLES = ("center_message", "center_group")


def upgrade() -> None:
    """There is none yet of any kind."""
    for name in TABLES:
        op.create_table(
            name,
            sa.Column("id", sa.Text(), nullable=False),
            sa.Column("client_id", sa.Text(), nullable=True),
            sa.Column("position", sa.Integer(), nullable=False),
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("name_key", sa.Text(), nullable=False),
            sa.Column("settings", sa.JSON(), nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            sa.UniqueConstraint("client_id", name=op.f(f"uq_{name}_client_id")),
            sa.UniqueConstraint("name_key", name=op.f(f"uq_{name}_name_key")),
        )
