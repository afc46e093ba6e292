"""`teamaround policy`: explain a decision, test cases, compare rules, print the record."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.contract.codes import Purpose, Sector

policy = typer.Typer(no_args_is_help=True, help=__doc__)

Manifests = Annotated[
    Path, typer.Option("--manifests", help="The folder of manifests, with Cedar beside them.")
]


@policy.command()
def explain(  # noqa: PLR0913, PLR0917  one option a circumstance
    source: Annotated[str, typer.Argument(help="The source's id.")],
    sector: Annotated[Sector, typer.Option(help="The caller's sector.")],
    role: Annotated[list[str], typer.Option(help="A role of the caller; you may repeat it.")],
    purpose: Annotated[Purpose, typer.Option(help="The purpose.")],
    manifests: Manifests = Path("manifests"),
    significant_harm: Annotated[bool, typer.Option(help="Harm is stated.")] = False,  # noqa: FBT002
    consent: Annotated[bool, typer.Option(help="Consent is recorded.")] = False,  # noqa: FBT002
    restricted: Annotated[bool, typer.Option(help="The child is shielded.")] = False,  # noqa: FBT002
    out_of_area: Annotated[bool, typer.Option(help="The caller's area differs.")] = False,  # noqa: FBT002
    cause: Annotated[bool, typer.Option(help="A cause to ask out of area is stated.")] = False,  # noqa: FBT002
) -> None:
    """Say for each class which rules decided, and what would have been needed.

    No agency is asked.
    """
    from gateway.cli.policy import explain as work
    from gateway.policy.case import Asker

    asker = Asker(
        source=source,
        sector=sector,
        roles=frozenset(role),
        purpose=purpose,
        significant_harm=significant_harm,
        consent=consent,
        restricted=restricted,
        in_area=not out_of_area,
        out_of_area_cause=cause,
    )
    work(asker, manifests)


@policy.command("test")
def decide_cases(
    cases: Annotated[Path, typer.Argument(help="A file of [[case]] tables.")],
    manifests: Manifests = Path("manifests"),
) -> None:
    """Decide an agency's table of cases; exit 1 if one comes out otherwise than it expects."""
    from gateway.cli.policy import decide_cases as work

    work(cases, manifests)


@policy.command()
def diff(
    before: Annotated[Path, typer.Argument(help="The folder of manifests as it is.")],
    after: Annotated[Path, typer.Argument(help="The folder as it would be.")],
    past: Annotated[
        Path | None,
        typer.Option(help="Settings of a gateway: apply the change to the questions in its log."),
    ] = None,
) -> None:
    """Say who would get more or less after a change of rules; exit 1 if it changes anything."""
    if past is None:
        from gateway.cli.policy import diff as work

        work(before, after)
    else:
        from gateway.cli.policy_past import diff_past

        diff_past(before, after, past)


@policy.command()
def register(
    operator: Annotated[Path, typer.Option(help="The operator's file.")] = Path("operator.toml"),
    manifests: Manifests = Path("manifests"),
) -> None:
    """Print the record of processing (GDPR, article 30) from the configuration in force."""
    from gateway.cli.policy import register as work

    work(operator, manifests)
