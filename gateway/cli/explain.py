"""What a question would do, said without asking anybody and without an entry in the log."""

import asyncio
import json
from pathlib import Path
from typing import Any

import typer

from gateway.cli.settings_option import chosen
from gateway.config.settings import Settings
from gateway.http.wiring.stages import open_preparation
from gateway.model.clock import Clock
from gateway.model.errors import ConfigurationInvalid, TeamAroundError
from gateway.questions.prepare import PreparedQuestion, Request


def explain(
    query: Path, variables: Path, bearer: Path, operation: str | None, settings: Path | None
) -> None:
    """Print the plan of every inquiry of the request, with each source's verdict."""
    try:
        request = Request(
            query=_text(query),
            variables=_variables(variables),
            operation_name=operation,
            authorization=f"Bearer {_text(bearer).strip()}",
        )
        typer.echo(asyncio.run(_explained(request, chosen(settings))))
    except ConfigurationInvalid as error:
        raise _fail(str(error)) from None
    except TeamAroundError as error:
        told = (f"{each['extensions']['code']}: {each['message']}" for each in error.told)
        raise _fail("\n".join(told)) from None


async def _explained(request: Request, settings: Settings) -> str:
    async with open_preparation(settings, Clock()) as preparation:
        caller = await preparation.caller(request)
        document = preparation.document(request)
        return "\n\n".join(map(_told, preparation.prepare(document, request, caller)))


def _told(prepared: PreparedQuestion) -> str:
    lines = [str(prepared.plan), "policy:"]
    for name, verdict in prepared.verdicts.items():
        given = ", ".join(sorted(verdict.permitted)) or "nothing: it will not be asked"
        lines.append(f"  {name} gives {given}")
        if verdict.silent:
            lines.append(f"    silently keeps back {', '.join(sorted(verdict.silent))}")
        lines += [f"    keeps back {w.release_class}: {w.message}" for w in verdict.withheld]
    return "\n".join(lines)


def _variables(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(_text(file))
    except ValueError:
        raise ConfigurationInvalid(f"{file}: is not JSON") from None
    if not isinstance(values, dict):
        raise ConfigurationInvalid(f"{file}: must hold one JSON object")
    return values


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationInvalid(f"{file}: cannot be read ({type(error).__name__})") from None


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(2)
