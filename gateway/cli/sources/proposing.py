"""What `teamaround source add` does: it proposes a manifest to a running gateway."""

from pathlib import Path
from typing import Final

import typer

from adapters.conformance.replay import NotReplayable, recorded_answer
from adapters.manifest.manifest import Manifest
from adapters.validation.loading import ManifestInvalid, manifest_text, parse_manifest
from gateway.cli.sources.gateway_client import print_change, said_by
from gateway.graphql.trusted.own_documents import REGISTER

_WRONG: Final = 2


def add(file: Path, gateway: str, token: Path) -> None:
    """Propose the source of this manifest; print every rule."""
    text = _manifest(file)
    rules = file.with_suffix(".cedar")
    variables = {
        "manifest": text,
        "rules": rules.read_text("utf-8") if rules.exists() else None,
        "replies": _replies(parse_manifest(text, file), file),
    }
    print_change(said_by(gateway, token, REGISTER, variables))


def _manifest(file: Path) -> str:
    try:
        text = manifest_text(file)
        parse_manifest(text, file)
    except ManifestInvalid as error:
        raise _fail(str(error)) from None
    return text


def _replies(manifest: Manifest, file: Path) -> list[dict[str, str]]:
    names = {name for one in manifest.example for name in one.files}
    names |= {one.reply for one in manifest.together}
    most = manifest.limits.max_body
    try:
        return [
            {
                "name": name,
                "content": recorded_answer(file.parent, name, 200, most).body.decode(),
            }
            for name in sorted(names)
        ]
    except (NotReplayable, UnicodeDecodeError) as error:
        raise _fail(f"{file}: {error}") from None


def _fail(message: str) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(_WRONG)
