"""The `teamaround` command: serve a gateway, ask it, check it and look after it."""

import atexit
import gc

import typer

from gateway.cli.commands import gateway
from gateway.cli.commands.audit import audit
from gateway.cli.commands.db import db
from gateway.cli.commands.documents import documents
from gateway.cli.commands.keys import keys
from gateway.cli.commands.options import VersionFlag
from gateway.cli.commands.pages import console
from gateway.cli.commands.policy import policy
from gateway.cli.commands.source import source
from gateway.cli.commands.witness import witness
from gateway.config.no_dumps import forbid_dumps
from gateway.model.errors import ConfigurationInvalid

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)

for _told in (
    gateway.serve,
    gateway.check,
    gateway.reload,
    gateway.token,
    gateway.explain,
    gateway.schema,
    console,
):
    app.command()(_told)
app.add_typer(audit, name="audit")
app.add_typer(db, name="db")
app.add_typer(documents, name="documents")
app.add_typer(keys, name="keys")
app.add_typer(policy, name="policy")
app.add_typer(source, name="source")
app.add_typer(witness, name="witness")


@app.callback()
def begin(
    version: VersionFlag = False,  # noqa: ARG001, FBT002 - its callback ends the command
) -> None:
    """Before every command, above all those that go on running: nothing of it may be dumped."""
    # Importing makes much that stays and little that is garbage, and to look for it every 700
    # objects was an eighth of a start. Who serves for long chooses again once it is open.
    gc.set_threshold(100_000, 20, 50)
    # At its end Python would look through all that was imported, for a fifth of a short command.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    try:
        forbid_dumps()
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
