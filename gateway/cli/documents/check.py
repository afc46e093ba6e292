"""`teamaround documents check`: what each document of a manifest could ever read, and its cost."""

from collections.abc import Iterator
from pathlib import Path

import typer

from gateway.cli.documents.report import DocumentReport, Supplier, suppliers_in
from gateway.cli.settings_option import chosen
from gateway.config.settings import Settings
from gateway.graphql.documents import Documents, digest_of
from gateway.graphql.root import build_schema
from gateway.graphql.trusted.manifests import ListedDocument, read_document_manifest
from gateway.graphql.trusted.trusted_documents import fault_of, read_trusted
from gateway.model.errors import AskDifferently, ConfigurationFault, ConfigurationInvalid

_WRONG = 2


def check(file: Path, settings: Path | None, *, with_agencies: bool) -> None:
    """Print a report of each document; ends with 2 and a line for each that cannot be used."""
    try:
        known = chosen(settings) if with_agencies else Settings()
        suppliers = suppliers_in(known.files.manifests) if with_agencies else ()
        manifest = read_document_manifest(file)
    except ConfigurationInvalid as error:
        raise _failed(error.faults) from None
    faults = list(_reported(file, manifest.documents, known, suppliers))
    if faults:
        raise _failed(faults)
    typer.echo(f"{file}: every document can be trusted ({len(manifest.documents)})")


def _reported(
    file: Path,
    documents: tuple[ListedDocument, ...],
    settings: Settings,
    suppliers: tuple[Supplier, ...],
) -> Iterator[ConfigurationFault]:
    """Print what can be used; give back what cannot."""
    schema = build_schema()._schema  # noqa: SLF001  # as the gateway executes it
    reading = Documents(schema, settings.documents)
    for each in documents:
        try:
            document = read_trusted(each.text, digest_of(each.text), reading)
        except AskDifferently as refusal:
            yield fault_of(file, each.name, refusal)
        else:
            typer.echo(str(DocumentReport.of(each, document, settings, suppliers)) + "\n")


def _failed(faults: list[ConfigurationFault] | tuple[ConfigurationFault, ...]) -> typer.Exit:
    for fault in faults:
        typer.echo(str(fault), err=True)
    return typer.Exit(_WRONG)
