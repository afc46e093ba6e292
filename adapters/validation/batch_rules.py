"""What an operation must keep to ask about several children in one call."""

from collections.abc import Iterator
from typing import Final

from adapters.contract.codes import SHIELD_CLAIMS
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.manifest.manifest import Manifest
from adapters.manifest.operation import Batch, Operation
from adapters.manifest.placeholder import PLACEHOLDER
from adapters.manifest.rule_fault import RuleFault
from adapters.manifest.toml_places import TomlKey
from adapters.validation.sql_rules import batch_faults

_NUMBERS: Final = frozenset({NHS_NUMBER, UPN})
_KIND: Final = {
    "in-list": "sql",
    "post-ids": "rest",
    "fhir-bundle": "fhir",
    "graphql-alias": "graphql",
}
_NEEDS: Final = {
    "none": frozenset[str](),
    "in-list": frozenset({"sql"}),
    "post-ids": frozenset({"path", "ids"}),
    "fhir-bundle": frozenset[str](),
    "graphql-alias": frozenset[str](),
}


def faults_of_batch(manifest: Manifest, operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    """Every rule that an operation's `batch` breaks."""
    batch = operation.batch
    said = {name for name in ("sql", "path", "ids") if getattr(batch, name) is not None}
    for name in sorted(said - _NEEDS[batch.as_]):
        yield RuleFault((*at, name), f"as = {batch.as_} has no {name}; take it out")
    for name in sorted(_NEEDS[batch.as_] - said):
        yield RuleFault(at, f"as = {batch.as_} needs {name}: add {name} = ...")
    if batch.as_ == "none":
        return
    if manifest.kind != _KIND[batch.as_]:
        yield RuleFault(
            (*at, "as"),
            f"{batch.as_} is for kind {_KIND[batch.as_]}; take batch out",
        )
    yield from _useless(manifest, at)
    yield from _by_one_number(manifest, operation, at)
    yield from _plain(operation, batch, at)


def _useless(manifest: Manifest, at: TomlKey) -> Iterator[RuleFault]:
    source = manifest.source
    if source.effects != "none":
        yield RuleFault(
            at, "a source with effects is asked about one child at a time; take batch out"
        )
    if source.sensitive or SHIELD_CLAIMS & source.claims:
        yield RuleFault(
            at,
            "a sensitive service, or one of the shield set, is asked about one child at a time;"
            " take batch out",
        )
    if not source.bulk_roles:
        yield RuleFault(
            at,
            "no role may ask about several children: name one in bulk_roles of [source]",
        )


def _by_one_number(manifest: Manifest, operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    card = operation.card
    keys = sorted(card.accepts)
    if len(keys) != 1 or card.needs != card.accepts or keys[0] not in _NUMBERS:
        yield RuleFault(
            at, "a batch asks only by nhs_number or only by upn; take the others or batch out"
        )
        return
    mapped = getattr(operation.map, keys[0]) is not None
    if not mapped and not (manifest.kind == "fhir" and keys[0] in manifest.identify):
        yield RuleFault(at, f"records are told apart by their own numbers, so map needs {keys[0]}")
    if operation.supersedes:
        yield RuleFault(
            at,
            "an answer under another number cannot be told apart, so take supersedes or batch out",
        )


def _plain(operation: Operation, batch: Batch, at: TomlKey) -> Iterator[RuleFault]:
    if operation.page.style != "none":
        yield RuleFault(
            at, "an answer in pages is asked for one child at a time; take page or batch out"
        )
    if batch.as_ != "in-list" and operation.detail:
        yield RuleFault(at, f"details are read for one child at a time, so not with {batch.as_}")
    if operation.include:
        yield RuleFault(at, "data beside a record is read for one child at a time")
    if batch.as_ == "fhir-bundle" and operation.method != "GET":
        yield RuleFault(at, 'the entries of a bundle are reads, so write method = "GET"')
    if batch.as_ == "graphql-alias":
        yield from _aliases(operation, at)
    if batch.sql is not None:
        yield from batch_faults(batch.sql, f"{next(iter(operation.card.needs), '')}s", at)
    if batch.path is not None and PLACEHOLDER.search(batch.path):
        yield RuleFault(
            (*at, "path"), "the numbers go into the body, so write a path without placeholders"
        )


def _aliases(operation: Operation, at: TomlKey) -> Iterator[RuleFault]:
    # Few manifests ask so, and a reader of GraphQL takes long to import.
    from adapters.http.graphql_aliases import AliasError, Aliases  # noqa: PLC0415

    if PLACEHOLDER.search(operation.path or ""):
        yield RuleFault((*at, "as"), "graphql-alias needs a path that is the same for every child")
    try:
        Aliases.of(operation.document or "")
    except AliasError as error:
        yield RuleFault((*at, "as"), f"graphql-alias asks by {error}")
