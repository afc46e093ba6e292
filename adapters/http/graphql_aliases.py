"""One GraphQL query asked for several children at once: an alias and variables for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from graphql import (
    FieldNode,
    GraphQLError,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

_MOST_TOKENS: Final = 5000


class AliasError(ValueError):
    """A document that cannot be asked for several children; the message says what it may not."""


class _OfPlace(Visitor):
    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place

    def enter_variable(self, node: VariableNode, *_: Any) -> VariableNode:
        return VariableNode(name=NameNode(value=variable(node.name.value, self._place)))


@dataclass(frozen=True, slots=True)
class Aliases:
    """A query whose own fields, `fields`, can stand in one document several times."""

    operation: OperationDefinitionNode
    fields: tuple[str, ...]

    @classmethod
    def of(cls, document: str) -> Self:
        """Read a manifest's document; AliasError if it is more than one plain query."""
        try:
            definitions = parse(document, max_tokens=_MOST_TOKENS).definitions
        except GraphQLError:
            raise AliasError("no GraphQL document") from None
        query = definitions[0]
        plain = len(definitions) == 1 and isinstance(query, OperationDefinitionNode)
        if not plain or not isinstance(query, OperationDefinitionNode) or query.directives:
            raise AliasError("one query, without fragments and directives of its own")
        fields = tuple(
            _response_name(each)
            for each in query.selection_set.selections
            if isinstance(each, FieldNode)
        )
        if query.operation is not OperationType.QUERY or not all(fields):
            raise AliasError("one query; a mutation or a subscription is never sent")
        if len(fields) != len(query.selection_set.selections):
            raise AliasError("write its own fields in the query itself, not in a fragment")
        return cls(query, fields)

    def document(self, count: int) -> str:
        """The query for so many children at once."""
        each = [visit(self.operation, _OfPlace(place)) for place in range(count)]
        definitions = [one for query in each for one in query.variable_definitions or ()]
        selections = [
            _aliased(field, place)
            for place, query in enumerate(each)
            for field in query.selection_set.selections
        ]
        return print_ast(
            OperationDefinitionNode(
                operation=OperationType.QUERY,
                name=self.operation.name,
                variable_definitions=tuple(definitions),
                directives=(),
                selection_set=SelectionSetNode(selections=tuple(selections)),
            )
        )

    def shares(self, body: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
        """What an answer says to each of so many children, as though each had been asked alone.

        An error that does not name a field of one of them is everybody's. Whose field did not come
        has no data.
        """
        data, errors = body.get("data"), body.get("errors")
        listed = [] if errors is None else errors if isinstance(errors, list) else [errors]
        places = {alias(name, place): place for place in range(count) for name in self.fields}
        whose = [(_field_of(error), error) for error in listed]
        return [
            {
                **body,
                "data": self._held(data, place),
                "errors": [error for name, error in whose if places.get(name, place) == place],
            }
            for place in range(count)
        ]

    def _held(self, data: Any, place: int) -> dict[str, Any] | None:
        names = {name: alias(name, place) for name in self.fields}
        whole = isinstance(data, dict) and data.keys() >= set(names.values())
        return {name: data[told] for name, told in names.items()} if whole else None


def alias(name: str, place: int) -> str:
    """How the answer names a field for the child at `place`."""
    return f"c{place}_{name}"


def variable(name: str, place: int) -> str:
    """How a variable is named for the child at `place`."""
    return f"v{place}_{name}"


def _response_name(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _aliased(field: Any, place: int) -> FieldNode:
    return FieldNode(
        alias=NameNode(value=alias(_response_name(field), place)),
        name=field.name,
        arguments=field.arguments,
        directives=field.directives,
        selection_set=field.selection_set,
    )


def _field_of(error: Any) -> str:
    path = error.get("path") if isinstance(error, dict) else None
    return str(path[0]) if isinstance(path, list) and path else ""
