"""Who visitors are, who is kept out, and who is kept as a contact.

Revision ID: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of visitors before this, one visit is known."""
    op.add_column("visitor", sa.Column("visits", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("visitor", sa.Column("last_seen_at_ms", sa.BigInteger(), nullable=True))
    op.create_table(
        "livechat_ban",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("livechat_id", sa.Text(), sa.ForeignKey("livechat.id"), nullable=False),
        sa.Column("visitor_id", sa.Text(), nullable=False),
        sa.Column("visitor_name", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("duration", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_by_name", sa.Text(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("decided_by_name", sa.Text(), nullable=False),
        sa.Column("decided_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by_name", sa.Text(), nullable=False),
        sa.Column("lifted_at_ms", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_livechat_ban_livechat_id", "livechat_ban", ["livechat_id"])
    op.create_table(
        "visit",
        sa.Column("conversation_id", sa.Text(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("page_title", sa.Text(), nullable=False),
        sa.Column("referrer", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_contact_extension", "contact", ["extension"])
