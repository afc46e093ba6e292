"""What `teamaround keys credential` does."""

from pathlib import Path

import typer

from gateway.audit.keys.private_file import create_once
from gateway.audit.keys.service.clients import digest_of, new_credential


def credential(file: Path) -> None:
    """Write a new credential to `file`; print the digest that the file of clients needs."""
    if file.exists():
        raise _fail(f"{file}: is there already")
    made = new_credential()
    try:
        create_once(file, made.encode())
    except OSError as error:
        raise _fail(f"{file}: cannot be written ({type(error).__name__})") from None
    typer.echo(f'credential_sha256 = "{digest_of(made)}"')


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
