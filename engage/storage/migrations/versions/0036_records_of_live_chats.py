"""Figures of chats outlive the chats; records are found by time and live chat.

Revision ID: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None

COUNTS = ("inquiries", "accepted", "missed", "left", "responded", "handled")


def upgrade() -> None:
    """Of what was removed before, nothing is known."""
    op.create_index("ix_inquiry_queued_at_ms", "inquiry", ["queued_at_ms"])
    op.create_index("ix_inquiry_livechat_id", "inquiry", ["livechat_id", "number"])
    op.create_table(
        "livechat_counter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("quarter_ms", sa.BigInteger(), nullable=False),
        sa.Column("livechat_id", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("response_s", sa.BigInteger(), nullable=False),
        sa.Column("handled_s", sa.BigInteger(), nullable=False),
        sa.Column("waits", sa.Text(), nullable=False),
        sa.Column("ratings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["livechat_id"], ["livechat.id"], name=op.f("fk_livechat_counter_livechat_id_livechat")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_livechat_counter")),
    )
    op.create_index("ix_livechat_counter_quarter_ms", "livechat_counter", ["quarter_ms"])
