"""What administrators do with people: privileges, versions, options, agents of their own accord.

Revision ID: 0008
"""

from __future__ import annotations

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GRANTS_AT_FIRST = ["chat", "contacts", "file_transfer", "group_chat", "livechat"]
"""What everyone could do in Wave before there were privileges."""


def upgrade() -> None:
    """Existing administrators stay all-powerful, existing agents stay static."""
    _privilege_table("privilege", "modules")
    _privilege_table("wave_privilege", "grants")
    privilege = sa.table("wave_privilege", *(sa.column(name) for name in ("id", "name")),
                         sa.column("name_key"), sa.column("grants", sa.JSON()),
                         sa.column("version"))  # fmt: skip
    op.execute(
        privilege.insert().values(
            id="0", name="Default", name_key="default", grants=GRANTS_AT_FIRST, version=1
        )
    )
    _accounts()
    _extensions()
    _groups()
    _queues()


def _privilege_table(name: str, holds: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column(holds, sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("client_id", name=op.f(f"uq_{name}_client_id")),
        sa.UniqueConstraint("name_key", name=op.f(f"uq_{name}_name_key")),
    )


def _added(name: str, kind: Any, default: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)


def _accounts() -> None:
    with op.batch_alter_table("account") as table:
        table.add_column(sa.Column("client_id", sa.Text(), nullable=True))
        table.add_column(_added("level", sa.Text(), ""))
        table.add_column(sa.Column("privilege_id", sa.Text(), nullable=True))
        table.add_column(_added("revision", sa.Integer(), "1"))
        table.create_unique_constraint(op.f("uq_account_client_id"), ["client_id"])
        table.create_foreign_key(
            op.f("fk_account_privilege_id_privilege"), "privilege", ["privilege_id"], ["id"]
        )
    op.execute("UPDATE account SET level = 'super' WHERE role = 'admin'")
    _without_defaults("account", "level", "revision")


def _extensions() -> None:
    texts = ("phone_number", "department", "job_title")
    with op.batch_alter_table("extension") as table:
        for name in texts:
            table.add_column(_added(name, sa.Text(), ""))
        table.add_column(_added("wave_privilege_id", sa.Text(), "0"))
        table.add_column(_added("options", sa.JSON(), "{}"))
        table.add_column(_added("version", sa.Integer(), "1"))
        table.create_foreign_key(
            op.f("fk_extension_wave_privilege_id_wave_privilege"),
            "wave_privilege",
            ["wave_privilege_id"],
            ["id"],
        )
    _without_defaults("extension", *texts, "wave_privilege_id", "options", "version")


def _groups() -> None:
    with op.batch_alter_table("extension_group") as table:
        table.add_column(sa.Column("client_id", sa.Text(), nullable=True))
        table.add_column(_added("name_key", sa.Text(), ""))
        table.add_column(_added("version", sa.Integer(), "1"))
        table.drop_constraint(op.f("uq_extension_group_name"), type_="unique")
    groups = sa.table("extension_group", sa.column("id"), sa.column("name"), sa.column("name_key"))
    taken: set[str] = set()
    for row in op.get_bind().execute(sa.select(groups).order_by(groups.c.id)).all():
        key = unicodedata.normalize("NFKC", row.name).casefold()
        name, number = row.name, 2
        while key in taken:  # names that differed by their case alone
            name, number = f"{row.name} ({number})", number + 1
            key = unicodedata.normalize("NFKC", name).casefold()
        taken.add(key)
        op.execute(groups.update().where(groups.c.id == row.id).values(name=name, name_key=key))
    with op.batch_alter_table("extension_group") as table:
        table.create_unique_constraint(op.f("uq_extension_group_client_id"), ["client_id"])
        table.create_unique_constraint(op.f("uq_extension_group_name_key"), ["name_key"])
    _without_defaults("extension_group", "name_key", "version")


def _queues() -> None:
    with op.batch_alter_table("queue") as table:
        table.add_column(sa.Column("client_id", sa.Text(), nullable=True))
        table.add_column(_added("options", sa.JSON(), "{}"))
        table.add_column(_added("version", sa.Integer(), "1"))
        table.create_unique_constraint(op.f("uq_queue_client_id"), ["client_id"])
    _without_defaults("queue", "options", "version")
    with op.batch_alter_table("queue_agent") as table:
        table.add_column(_added("logged_in", sa.Boolean(), sa.true()))
        table.add_column(_added("position", sa.Integer(), "0"))
    _without_defaults("queue_agent", "logged_in", "position")


def _without_defaults(name: str, *columns: str) -> None:
    with op.batch_alter_table(name) as table:
        for column in columns:
            table.alter_column(column, server_default=None)
