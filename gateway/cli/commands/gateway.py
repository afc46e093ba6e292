"""The gateway served, told to read its files again, and asked what it would do."""

from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.contract.codes import Purpose, Sector
from gateway.cli.commands.options import GatewayUrl, SettingsFile, TokenFile

_LIFETIME_S: Final = 8 * 3600
_LONGEST_S: Final = 12 * 3600
_ACCREDITED: Final = "information-sharing"


def serve(settings: SettingsFile = None) -> None:
    """Serve questions until stopped."""
    from gateway.cli.serving.serve import serve as work

    work(settings)


def check(
    settings: SettingsFile = None,
    online: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--online", help="Ask every service too, and look at this machine.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Say whether a gateway could start: read settings, operator's file, manifests and secrets.

    Each problem is a line: file, line, key, and what to write. Nothing is started, and without
    --online nobody is contacted. Ends with 2 where something is wrong.
    """
    from gateway.cli.checking.check import check as work

    work(settings, online=online, as_json=as_json)


def reload(gateway: GatewayUrl, token: TokenFile) -> None:
    """Read the operator's files and the secrets again; returns once they are in force.

    Says whose secrets are new, and whose cannot be used, so that they keep the old ones.
    """
    from gateway.cli.sources.gateway_client import reload as work

    work(gateway, token)


def token(  # noqa: PLR0913, PLR0917  one option a claim
    user: Annotated[str, typer.Option(help="The person: who they are at their organisation.")],
    organisation: Annotated[str, typer.Option(help="Their organisation.")],
    sector: Annotated[Sector, typer.Option(help="The organisation's sector.")],
    role: Annotated[list[str], typer.Option(help="A role; you may repeat it.")],
    purpose: Annotated[list[Purpose], typer.Option(help="A purpose; you may repeat it.")],
    area: Annotated[list[str], typer.Option(help="A GSS code; you may repeat it.")],
    accreditation: Annotated[
        list[str] | None, typer.Option(help="What the organisation is accredited for.")
    ] = None,
    lifetime_s: Annotated[
        int, typer.Option(max=_LONGEST_S, help="Seconds until it expires.")
    ] = _LIFETIME_S,
    settings: SettingsFile = None,
) -> None:
    """Issue a token from the development key, which production settings refuse."""
    from gateway.cli.settings_option import chosen
    from gateway.cli.token import print_token
    from gateway.model.caller import Caller

    found = chosen(settings)
    caller = Caller(
        issuer=found.tokens.issuer,
        user=user,
        organisation=organisation,
        sector=sector,
        roles=frozenset(role),
        purposes=frozenset(purpose),
        areas=tuple(sorted(area)),
        accreditation=frozenset(accreditation or [_ACCREDITED]),
    )
    print_token(caller, found, lifetime_s)


def explain(
    query: Annotated[Path, typer.Argument(help="A file with the GraphQL document.")],
    variables: Annotated[Path, typer.Option(help="A file with the variables, JSON.")],
    bearer: Annotated[Path, typer.Option("--token", help="A file with the caller's token.")],
    operation: Annotated[str | None, typer.Option(help="Which operation.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Say which sources a question would ask, in which wave, by what, and what the rules give.

    No agency is asked and nothing is logged.
    """
    from gateway.cli.explain import explain as work

    work(query, variables, bearer, operation, settings)


def schema(
    against: Annotated[
        Path | None, typer.Option(help="A schema to compare with, and print what this one breaks.")
    ] = None,
) -> None:
    """Print the schema of this release, or what it breaks for clients of another one.

    Ends with 1 where something is broken. What was deprecated before may be gone.
    """
    if against is None:
        from gateway.graphql.promised import promised

        typer.echo(promised(), nl=False)
    else:
        from gateway.cli.documents.compare import compare

        compare(against)
