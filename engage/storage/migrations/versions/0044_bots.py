"""Bots that serve visitors first.

Revision ID: 0044
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """So far people served everybody."""
    op.create_table(
        "livechat_bot",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("answer_within_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_livechat_bot"),
        sa.UniqueConstraint("token_hash", name="uq_livechat_bot_token_hash"),
        sa.ForeignKeyConstraint(
            ["id"],
            ["webhook_endpoint.id"],
            name="fk_livechat_bot_id_webhook_endpoint",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "bot_turn",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_bot_turn"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name="fk_bot_turn_conversation_id_conversation",
        ),
    )
    op.create_index("ix_bot_turn_due_at_ms", "bot_turn", ["due_at_ms"])
