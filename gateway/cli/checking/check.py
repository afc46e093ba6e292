"""`teamaround check`: whether a gateway could start, told without starting or asking anybody."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from gateway.cli.checking.every_fault import every_fault
from gateway.config.settings import Settings, read_settings
from gateway.model.errors import ConfigurationFault

_WRONG = 2


def check(settings: Path | None, *, online: bool, as_json: bool) -> None:
    """Print each fault on a line, or all as JSON; the command ends with 2 where there is one.

    Services are asked only `online`, and only by files without a fault.
    """
    faults = every_fault(settings)
    found = _found_online(settings) if online and not faults else None
    wrong = bool(faults) or any(each["state"] == "wrong" for each in found or ())
    if as_json:
        said = {"ok": not wrong, "faults": _listed(faults)}
        typer.echo(json.dumps(said if found is None else {**said, "online": found}, indent=2))
    elif not faults:
        typer.echo("settings, operator's file, manifests and secrets can be used")
        _print_found(found or ())
    else:
        _print(faults)
    if wrong:
        raise typer.Exit(_WRONG)


def _found_online(settings: Path | None) -> list[dict[str, str]]:
    # The clients of every service, which nobody needs who contacts nobody.
    from gateway.cli.checking.online.online import look_online

    found = asyncio.run(look_online(read_settings(settings)))
    return [{"part": each.part, "state": each.state.value, "what": each.what} for each in found]


def _print_found(found: Sequence[Mapping[str, str]]) -> None:
    for each in found:
        typer.echo(f"{each['state']:7} {each['part']}: {each['what']}")


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
