"""Whether callers were verified; where recordings are kept.

Revision ID: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody asked about earlier callers; every recording is where it was made."""
    with op.batch_alter_table("call") as call:
        for name in ("verstat", "attest"):
            call.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("call") as call:
        for name in ("verstat", "attest"):
            call.alter_column(name, server_default=None)
    with op.batch_alter_table("recording") as recording:
        recording.add_column(
            sa.Column("storage", sa.Text(), nullable=False, server_default="local")
        )
