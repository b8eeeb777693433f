"""Visitors whom a web site vouches for.

Revision ID: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """So far nobody vouched for anybody."""
    op.add_column("visitor", sa.Column("subject", sa.Text(), nullable=True))
    op.create_index("ix_visitor_subject", "visitor", ["livechat_id", "subject"], unique=True)
    op.create_table(
        "visitor_token",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("visitor_id", sa.Text(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_visitor_token"),
        sa.ForeignKeyConstraint(
            ["visitor_id"],
            ["visitor.id"],
            name="fk_visitor_token_visitor_id_visitor",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_visitor_token_visitor_id", "visitor_token", ["visitor_id"])
    op.create_table(
        "identity_secret",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("livechat_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identity_secret"),
        sa.ForeignKeyConstraint(
            ["livechat_id"], ["livechat.id"], name="fk_identity_secret_livechat_id_livechat"
        ),
    )
    op.create_index("ix_identity_secret_livechat_id", "identity_secret", ["livechat_id"])
