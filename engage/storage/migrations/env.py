"""Alembic's entry: runs the revisions on the connection `engage.storage.migrate` hands over."""

from alembic import context

from engage.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,  # the caller's transaction
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
