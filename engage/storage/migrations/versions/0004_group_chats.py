"""Group chats, edited and deleted messages, and chats that are pinned, muted or deleted.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is pinned, muted or deleted so far."""
    for name in ("pinned_at_ms", "muted_at_ms", "cleared_seq"):
        op.add_column("inbox", sa.Column(name, sa.BigInteger(), nullable=True))
    op.create_table(
        "chat_group",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_chat_group_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_chat_group")),
    )
    op.create_table(
        "chat_group_member",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("admin_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("joined_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_chat_group_member_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_chat_group_member")),
    )
    op.create_table(
        "message_revision",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("changed_by_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_revision_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint(
            "conversation_id", "changed_by_seq", name=op.f("pk_message_revision")
        ),
    )
    op.create_index(
        "ix_message_revision_seq", "message_revision", ["conversation_id", "seq"], unique=False
    )
