"""What a parsed document shows before it is validated: fields, depth, equal fields, unfolded.

Validation compares every two fields of one place that are named alike, so their number is limited
before it (OverlappingFieldsCanBeMerged). A fragment that nobody uses is validated as well, and so
it is counted as well.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    visit,
)

from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.child.writing import Fragments
from gateway.graphql.limits.refusals import refuse_over
from gateway.graphql.selection import Selected, TooManyFields, walk

_INTROSPECTION: Final = ("__schema", "__type")


def refuse_by_structure(node: DocumentNode, settings: DocumentSettings) -> None:
    """AskDifferently if any operation or fragment of a document is over a limit."""
    fragments = fragments_of(node)
    for definition in node.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            _refuse(definition.selection_set, fragments, settings)


def fragments_of(node: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """A document's fragments by name."""
    return {
        definition.name.value: definition
        for definition in node.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


def unfolded(
    selection: SelectionSetNode, fragments: Fragments, settings: DocumentSettings
) -> tuple[Selected, ...]:
    """Every field under a selection; AskDifferently if there are more than the limit."""
    most = settings.max_fields
    try:
        return tuple(walk(selection, fragments, most))
    except TooManyFields as over:
        refuse_over("max_fields", over.seen, most)
        raise


def asks_for_the_schema(node: DocumentNode) -> bool:
    """Whether any selection of a document, in a fragment or not, is of the schema itself."""
    seen = _SchemaFields()
    visit(node, seen)
    return seen.found


class _SchemaFields(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.found |= node.name.value in _INTROSPECTION


def _refuse(selection: SelectionSetNode, fragments: Fragments, settings: DocumentSettings) -> None:
    every = unfolded(selection, fragments, settings)
    depths = (s.depth for s in every if not s.path.startswith(_INTROSPECTION))
    refuse_over("max_depth", max(depths, default=0), settings.max_depth)
    aliases = sum(s.node.alias is not None for s in every)
    refuse_over("max_aliases", aliases, settings.max_aliases)
    refuse_over("max_equal_fields", _most_alike(every), settings.max_equal_fields)


def _most_alike(every: tuple[Selected, ...]) -> int:
    """How often the field that stands most often in one place of the answer stands there."""
    return max(Counter(_places(every)).values(), default=0)


def _places(every: tuple[Selected, ...]) -> Iterator[str]:
    return (selected.place for selected in every)
