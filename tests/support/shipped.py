"""What the project ships for an operator in `deploy/`, as the tests read it."""

import re
from pathlib import Path
from typing import Any, Final

from typer.core import TyperGroup
from typer.main import get_command

from gateway.cli.main import app
from tests.support.docs.pages import ROOT

DEPLOY: Final = ROOT / "deploy"
ETC: Final = DEPLOY / "etc"
_PIN: Final = re.compile(r"^([\w.-]+==\S+)(.*?)(?=^[\w.-]+==|\Z)", re.MULTILINE | re.DOTALL)
_HASH: Final = re.compile(r"sha256:\w+")


def parsed(words: list[str]) -> tuple[str, dict[str, Any]]:
    """The command's name and options as the command line reads them, without running it.

    An option that does not exist, or a required one that is missing, is typer's usage error.
    """
    command: Any = get_command(app)
    context = command.make_context("teamaround", list(words))
    while isinstance(command, TyperGroup):
        rest = [*context._protected_args, *context.args]  # noqa: SLF001 - as typer itself goes on
        name, command, rest = command.resolve_command(context, rest)
        context = command.make_context(name, rest, parent=context)
    return str(context.command_path), context.params


def pins(lock: Path) -> dict[str, set[str]]:
    """The hashes of each version that a lock file names."""
    found = _PIN.findall(lock.read_text("utf-8"))
    return {pin: set(_HASH.findall(rest)) for pin, rest in found}
