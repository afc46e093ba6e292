"""The command `teamaround audit`, run in this process."""

from pathlib import Path

from typer.testing import CliRunner, Result

from gateway.cli.main import app


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])
