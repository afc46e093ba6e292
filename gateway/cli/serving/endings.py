"""How a process ends that cannot begin: its status says whether beginning again may help."""

from typing import Final

import typer

from gateway.model.errors import ConfigurationInvalid, ServiceAway

FAULTY: Final = 2
"""A person has to change something first; a unit stays down."""
AWAY: Final = 75
"""What it needs is away, and may come back (EX_TEMPFAIL of sysexits); a unit begins it again."""


def told(error: ConfigurationInvalid) -> int:
    """Say why on standard error; the status to end with."""
    typer.echo(str(error), err=True)
    return AWAY if isinstance(error, ServiceAway) else FAULTY
