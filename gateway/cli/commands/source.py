"""`teamaround source`: write, check, list and grant an agency's manifest."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.contract.codes import Claim, Sector
from gateway.cli.commands.options import GATEWAY, TOKEN, GatewayUrl, TokenFile

source = typer.Typer(no_args_is_help=True, help=__doc__)

ManifestPath = Annotated[Path, typer.Argument(help="The manifest, TOML.")]
SourceArgument = Annotated[str, typer.Argument(help="The source's id.")]


@source.command()
def add(
    file: Annotated[Path, typer.Argument(help="The manifest, TOML.")],
    gateway: GatewayUrl,
    token: TokenFile,
) -> None:
    """Propose a source to a running gateway, with the Cedar and the replies beside its manifest.

    Prints every rule; fails if the proposal was not kept.
    """
    from gateway.cli.sources.proposing import add as work

    work(file, gateway, token)


@source.command()
def approve(
    source: SourceArgument,
    version: Annotated[int, typer.Option(help="The version that you have read.")],
    gateway: GatewayUrl,
    token: TokenFile,
) -> None:
    """Approve a version of your agency's source; returns once every gateway asks it."""
    from gateway.cli.sources.gateway_client import approve as work

    work(source, version, gateway, token)


@source.command()
def suspend(
    source: SourceArgument,
    reason: Annotated[str, typer.Option(help="Why, in words; logged.")],
    gateway: GatewayUrl,
    token: TokenFile,
) -> None:
    """Stop asking a source; returns once no gateway asks it."""
    from gateway.cli.sources.gateway_client import suspend as work

    work(source, reason, gateway, token)


@source.command("list")
def list_(
    gateway: Annotated[str | None, GATEWAY] = None,
    token: Annotated[Path | None, TOKEN] = None,
    folder: Annotated[Path | None, typer.Argument(help="A folder of manifests, instead.")] = None,
    failures: Annotated[  # noqa: FBT002
        bool, typer.Option("--failures", help="Why calls failed recently: rule, place and shape.")
    ] = False,
) -> None:
    """List a running gateway's sources: state, version, who decided, how each is doing.

    With FOLDER, list its manifests: source, agency, kind, how it is asked, what it claims.
    Who decided, when it last answered and what failed is shown to its own agency and to operators.
    """
    if folder is not None:
        from gateway.cli.sources.folder import print_folder

        print_folder(folder)
    elif gateway and token:
        from gateway.cli.sources.listing import print_failures, print_running

        (print_failures if failures else print_running)(gateway, token)
    else:
        raise typer.BadParameter("give --gateway and --token for a running one, or a FOLDER")


@source.command("try")
def try_(
    file: Annotated[Path, typer.Argument(help="The manifest, TOML.")],
    given: Annotated[list[str], typer.Option(help="KEY=VALUE of a test child; you may repeat it.")],
    operator: Annotated[
        Path, typer.Option(help="The operator's file, with the source's [[grant]].")
    ],
    operation: Annotated[
        str | None,
        typer.Option(help="Which operation; without it the first that takes the given keys."),
    ] = None,
    secrets: Annotated[Path, typer.Option(help="The folder of secrets.")] = Path("secrets"),
) -> None:
    """Ask the real system for one test child; show the request, the answer and the record.

    Secrets are masked. Of a reply the shape is shown; values only of a record that is a test
    child's. What may be a real child's number or name is refused before anything is sent.
    """
    from gateway.cli.sources.trial import try_ as work

    work(file, given, operation, operator, secrets)


@source.command()
def check(
    file: ManifestPath,
    operator: Annotated[
        Path | None, typer.Option(help="The operator's file: ask the real system too.")
    ] = None,
    secrets: Annotated[Path, typer.Option(help="The folder of secrets.")] = Path("secrets"),
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,  # noqa: FBT002
) -> None:
    """Say which rules a source keeps, what to change, and the level that it reaches.

    Without --operator nothing is connected to and no secret is read. Fails below "dependable".
    """
    from gateway.cli.sources.check import check as work

    work(file, operator, secrets, as_json=as_json)


@source.command()
def grant(
    file: ManifestPath,
    claim: Annotated[
        list[Claim] | None, typer.Option(help="A claim that you grant; you may repeat it.")
    ] = None,
) -> None:
    """Print the grant that lets a source in, for the operator's file.

    Claims of the manifest that --claim does not name are in it as a comment.
    """
    from gateway.cli.sources.granting import grant as work

    work(file, frozenset(claim or ()))


@source.command("profiles")
def profiles_() -> None:
    """List the profiles: manifests of national and common systems to copy."""
    from gateway.cli.sources.profiles import print_profiles

    print_profiles()


@source.command()
def schema() -> None:
    """Print the JSON Schema of a manifest, for editors."""
    from adapters.manifest.json_schema import schema_text

    typer.echo(schema_text(), nl=False)


def _id(given: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from adapters.manifest.table import SourceId

    try:
        return TypeAdapter(SourceId).validate_python(given)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


@source.command()
def new(  # noqa: PLR0913, PLR0917  one option a question
    identifier: Annotated[
        str, typer.Option("--id", prompt="Id of the source (a-z, 0-9, -)", callback=_id)
    ],
    agency: Annotated[str, typer.Option(prompt="Your organisation's name")],
    sector: Annotated[Sector, typer.Option(prompt="Its sector")],
    telephone: Annotated[str, typer.Option(prompt="Telephone of the duty contact")],
    address: Annotated[str, typer.Option(prompt="Address of the system")],
    sample: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="A reply of your system (JSON, CSV), an OpenAPI document, a FHIR capability"
            " statement or an SQLite file. Or a file with a PostgreSQL address. Only the"
            " shape is kept, never values.",
        ),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Copy this profile instead; --out is then a new folder.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write; without it the command prints it.")
    ] = None,
) -> None:
    """Write the beginning of a manifest from five answers, with a sample or a profile."""
    from adapters.authoring.draft import Answers

    answers = Answers(identifier, agency, sector, telephone, address)
    if profile is not None:
        from gateway.cli.sources.granting import copy

        copy(profile, out or Path(identifier), answers)
    else:
        from gateway.cli.sources.writing import write

        write(sample, out, answers)
