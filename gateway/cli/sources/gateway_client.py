"""A running gateway told to approve, suspend and reload, from a terminal."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
import typer

from adapters.network.http_client import content_of, open_client
from gateway.graphql.trusted.own_documents import APPROVE, RELOAD, SUSPEND

_REFUSED: Final = 1
_WRONG: Final = 2
_PATIENCE_S: Final = 120.0
_MOST_BYTES: Final = 16 * 1024 * 1024


def approve(source: str, version: int, gateway: str, token: Path) -> None:
    """Approve this version; print what the source is now."""
    print_change(said_by(gateway, token, APPROVE, {"id": source, "version": version}))


def suspend(source: str, reason: str, gateway: str, token: Path) -> None:
    """Suspend this source; print what it is now."""
    print_change(said_by(gateway, token, SUSPEND, {"id": source, "reason": reason}))


def reload(gateway: str, token: Path) -> None:
    """Have the files read again; print whose secrets are new or kept."""
    done = said_by(gateway, token, RELOAD, {})["reloadFiles"]
    for source in done["newSecrets"]:
        typer.echo(f"new secrets: {source}")
    for source in done["keptSecrets"]:
        typer.echo(f"secrets that cannot be read or used, the old ones stay: {source}")
    for setting in done["newCertificates"]:
        typer.echo(f"new certificate: {setting}")
    for setting in done["keptCertificates"]:
        typer.echo(f"certificate that cannot be read or used, the old one stays: {setting}")
    for setting in done["endingCertificates"]:
        typer.echo(f"certificate that has ended or soon does: {setting}")
    typer.echo(f"in force everywhere: generation {done['generation']}")


def said_by(gateway: str, token: Path, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a running gateway's answer; typer.Exit, and why on standard error, if none."""
    try:
        bearer = token.read_text("utf-8").strip()
        body = asyncio.run(_posted(gateway, bearer, query, variables))
    except (OSError, aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise _fail(f"no answer from the gateway ({type(error).__name__})") from None
    if body.get("errors"):
        refused = body["errors"][0]
        raise _fail(f"{refused['extensions']['code']}: {refused['message']}")
    data: dict[str, Any] = body["data"]
    return data


async def _posted(
    gateway: str, bearer: str, query: str, variables: Mapping[str, Any]
) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {bearer}", "Accept": "application/json"}
    asked = {"query": query, "variables": dict(variables)}
    async with (
        open_client(_MOST_BYTES, timeout_s=_PATIENCE_S) as session,
        session.post(gateway, json=asked, headers=headers, allow_redirects=False) as answer,
    ):
        body: dict[str, Any] = orjson.loads(await content_of(answer, _MOST_BYTES))
        return body


def print_change(said: dict[str, Any]) -> None:
    """Print what a change came to, a line a rule; ends with 1 if it was refused."""
    changed = said["changed"]
    for finding in changed["findings"]:
        word = "passed" if finding["passed"] else "FAILED"
        typer.echo(f"{word}  {finding['rule']}")
        if not finding["passed"]:
            typer.echo(f"        {finding['message']}")
    source = changed["source"]
    if source is None:
        raise _fail("refused: the generation before stays in force", _REFUSED)
    level = f", {source['level'].lower()}" if source["level"] else ""
    typer.echo(f"{source['id']} version {source['version']}: {source['state']}{level}")


def _fail(message: str, status: int = _WRONG) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(status)
