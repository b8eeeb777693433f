"""Search over messages: their folded text, and a trigram index of it.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE message_fts USING fts5("
    "folded, content='message_text', content_rowid='id', tokenize='trigram')",
    "CREATE TRIGGER message_text_added AFTER INSERT ON message_text BEGIN"
    " INSERT INTO message_fts(rowid, folded) VALUES (new.id, new.folded); END",
    "CREATE TRIGGER message_text_removed AFTER DELETE ON message_text BEGIN"
    " INSERT INTO message_fts(message_fts, rowid, folded)"
    " VALUES ('delete', old.id, old.folded); END",
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_message_text_trigrams ON message_text USING gin (folded gin_trgm_ops)",
)


def upgrade() -> None:
    """What was written so far is taken in by the server when it starts."""
    op.create_table(
        "message_text",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Boolean(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_message_text_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_text")),
        sa.UniqueConstraint(
            "conversation_id", "seq", name=op.f("uq_message_text_conversation_id_seq")
        ),
    )
    op.create_table(
        "search_progress",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_search_progress_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_search_progress")),
    )
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
