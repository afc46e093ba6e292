"""What a document could ever read, before any rule: operations, classes, agencies and cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from graphql import NoDeprecatedCustomRule, validate

from adapters.contract.codes import ReleaseClass
from gateway.config.settings import Settings
from gateway.graphql.documents import Document, DocumentOperation
from gateway.graphql.limits.structure import fragments_of, unfolded
from gateway.graphql.root import build_schema
from gateway.graphql.trusted.manifests import ListedDocument
from resolvers.release import classes_for


@dataclass(frozen=True, slots=True)
class Supplier:
    """An agency and the classes that its manifests map anything into."""

    agency: str
    classes: frozenset[ReleaseClass]


def suppliers_in(manifests: Path) -> tuple[Supplier, ...]:
    """The agencies of a folder of manifests, by id; ConfigurationInvalid says what is wrong."""
    # Manifests are read for whoever names settings; a document by itself needs none of it.
    from gateway.registry.files import read_manifests

    found: dict[str, frozenset[ReleaseClass]] = {}
    for manifest in read_manifests(manifests).values():
        fields = frozenset[str]().union(*(each.supplies for each in manifest.operation))
        agency = manifest.source.agency
        found[agency] = found.get(agency, frozenset()) | classes_for(fields)
    return tuple(Supplier(agency, classes) for agency, classes in sorted(found.items()))


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One document's report, as lines."""

    lines: tuple[str, ...]

    @classmethod
    def of(
        cls,
        listed: ListedDocument,
        document: Document,
        settings: Settings,
        suppliers: tuple[Supplier, ...],
    ) -> Self:
        """What it could read at most: the rules give each caller this or less."""
        lines = [f"{listed.name}  id {listed.id}", *_deprecated(document)]
        for name, operation in document.operations.items():
            lines += _of_operation(name, operation, document, settings)
            lines += _of_question(operation, settings, suppliers)
        return cls(tuple(lines))

    def __str__(self) -> str:
        return "\n  ".join(self.lines)


def _deprecated(document: Document) -> Iterator[str]:
    """What it asks that is to go one day, with what to ask in its place."""
    schema = build_schema()._schema  # noqa: SLF001  # as the gateway executes it
    found = validate(schema, document.node, [NoDeprecatedCustomRule], max_errors=None)
    yield from sorted({f"deprecated: {each.message}" for each in found})


def _of_operation(
    name: str, operation: DocumentOperation, document: Document, settings: Settings
) -> Iterator[str]:
    every = unfolded(operation.node.selection_set, fragments_of(document.node), settings.documents)
    asked = sorted({each.path for each in every if each.depth == 1})
    depth = max(each.depth for each in every)
    kind = operation.node.operation.value
    yield f"{kind} {name or '(no name)'}: asks {', '.join(asked)}"
    yield f"fields: {len(every)}, {depth} deep"


def _of_question(
    operation: DocumentOperation, settings: Settings, suppliers: tuple[Supplier, ...]
) -> Iterator[str]:
    if operation.question is None:
        return
    classes = classes_for(operation.fields)
    yield f"classes: {', '.join(sorted(classes)) or 'none'}"
    for each in suppliers:
        yield f"agency {each.agency}: {', '.join(sorted(each.classes & classes)) or 'its outcome'}"
    children = settings.questions.children_at_once if operation.in_bulk else 1
    agencies = f"{len(suppliers)} agencies" if suppliers else "the agencies in scope"
    yield f"cost: at most {children} {'child' if children == 1 else 'children'} times {agencies}"
