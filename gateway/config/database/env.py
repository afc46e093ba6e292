"""What alembic runs for each store's revisions: over a connection given to it, or into a text."""

from alembic import context

_given = context.config.attributes

if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql",
        output_buffer=_given["output"],
        version_table=_given["table"],
        literal_binds=True,
        transactional_ddl=False,  # whoever prints it puts all stores into one transaction
    )
else:
    context.configure(connection=_given["connection"], version_table=_given["table"])
context.run_migrations()
