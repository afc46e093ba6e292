"""`teamaround token`: a token from the development key."""

import time

import typer

from gateway.config.settings import Settings
from gateway.identity.development_token import issue
from gateway.model.caller import Caller
from gateway.model.errors import ConfigurationInvalid


def print_token(caller: Caller, settings: Settings, lifetime_s: int) -> None:
    """Print a token of this caller; the command ends with 2 where the settings refuse one."""
    try:
        typer.echo(issue(caller, settings, now=time.time(), lifetime_s=lifetime_s))
    except ConfigurationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
