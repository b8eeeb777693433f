"""Sections of settings; what became of each operation.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Everything logged so far was done."""
    with op.batch_alter_table("operation") as operation:
        operation.add_column(sa.Column("result", sa.Text(), nullable=False, server_default="done"))
    with op.batch_alter_table("operation") as operation:
        operation.alter_column("result", server_default=None)
    op.create_index("ix_operation_object", "operation", ["object", "id"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
