"""`teamaround check`: whether a gateway could start, told without starting or asking anybody."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from gateway.cli.checking.every_fault import every_fault
from gateway.config.settings import Settings, read_settings
from gateway.model.errors import ConfigurationFault

_WRONG = 2


def check(settings: Path | None, *, as_json: bool) -> None:
    """Print each fault on a line, or all as JSON; the command ends with 2 where there is one."""
    faults = every_fault(settings)
    if as_json:
        typer.echo(json.dumps({"ok": not faults, "faults": _listed(faults)}, indent=2))
    elif not faults:
        typer.echo("settings, operator's file, manifests and secrets can be used")
    else:
        _print(faults)
    if faults:
        raise typer.Exit(_WRONG)


def sound(settings: Path | None) -> Settings:
    """The settings, once no fault is found; the command ends with 2 and each fault if not."""
    faults = every_fault(settings)
    if faults:
        _print(faults)
        raise typer.Exit(_WRONG)
    return read_settings(settings)


def _print(faults: Sequence[ConfigurationFault]) -> None:
    for fault in faults:
        typer.echo(str(fault), err=True)


def _listed(faults: Sequence[ConfigurationFault]) -> list[dict[str, str | int | None]]:
    return [
        {
            "file": fault.file or None,
            "line": fault.line or None,
            "key": fault.key or None,
            "what": fault.what,
        }
        for fault in faults
    ]
