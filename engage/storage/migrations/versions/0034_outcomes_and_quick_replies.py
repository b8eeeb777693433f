"""How visitors' chats ended, and replies that agents keep at hand.

Revision ID: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing was said of the chats that are over."""
    op.create_table(
        "chat_outcome",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("agent_name", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_chat_outcome_disposition", "chat_outcome", ["disposition"])
    op.create_table(
        "chat_tag",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("tag", sa.Text(), primary_key=True),
    )
    op.create_index("ix_chat_tag_tag", "chat_tag", ["tag"])
    op.create_table(
        "quick_reply",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("livechat_id", sa.Text(), sa.ForeignKey("livechat.id"), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_quick_reply_extension", "quick_reply", ["extension"])
    op.create_index("ix_quick_reply_livechat_id", "quick_reply", ["livechat_id"])
