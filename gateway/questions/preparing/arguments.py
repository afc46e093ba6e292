"""The variables of an operation, checked, and the arguments of its question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    VariableNode,
    get_argument_values,
)
from graphql.execution.values import VariableValues

from adapters.contract.frozen import plainly_made
from adapters.contract.paths import Paths
from gateway.graphql.documents import DocumentOperation
from gateway.graphql.types.input_errors import WrongVariables, coerced
from gateway.model.errors import AskDifferently, all_at_once


@plainly_made
@dataclass(frozen=True, slots=True)
class ArgumentReader:
    """Reads them by the schema; errors `suggest` names that stand in it, where anybody may know."""

    schema: GraphQLSchema
    paths: Paths
    suggest: bool

    def values(
        self, operation: DocumentOperation, variables: Mapping[str, Any]
    ) -> tuple[VariableValues, bool]:
        """The values of the variables; AskDifferently says what is wrong with which.

        And whether what is compiled for the document read them.
        """
        values = operation.variables.read(variables) if self.paths.compiled else None
        compiled = values is not None
        read = values if values is not None else self._coerced(operation, variables)
        self._refuse_deliveries(operation, read)
        _refuse_nulls(operation, variables)
        return read, compiled

    def arguments(self, operation: DocumentOperation, values: VariableValues) -> dict[str, Any]:
        """What the question is given; nothing where the operation has none."""
        field, query = operation.question, self.schema.query_type
        if field is None or query is None:
            return {}
        kind = query.fields[field.name.value]
        plain = _plain(kind, field, values.coerced) if self.paths.compiled else None
        return get_argument_values(kind, field, values) if plain is None else plain

    def _coerced(
        self, operation: DocumentOperation, variables: Mapping[str, Any]
    ) -> VariableValues:
        definitions = operation.node.variable_definitions or ()
        values = coerced(self.schema, definitions, variables, suggest=self.suggest)
        if isinstance(values, WrongVariables):
            raise all_at_once(
                [
                    AskDifferently("VARIABLES_INVALID", each.message, path=each.path)
                    for each in values.errors
                ]
            )
        return values

    def _refuse_deliveries(self, operation: DocumentOperation, values: VariableValues) -> None:
        """AskDifferently where @defer or @stream has a value that nobody can deliver by."""
        for node in operation.deliveries:
            definition = self.schema.get_directive(node.name.value)
            if definition is None:
                continue
            try:
                count = get_argument_values(definition, node, values).get("initialCount", 0)
            except GraphQLError:
                count = None
            if count is None or count < 0:
                counts = ", and 0 or more as `initialCount`"
                more = counts if "initialCount" in definition.args else ""
                raise AskDifferently(
                    "DELIVERY_INVALID",
                    f"query: @{node.name.value} takes true or false as `if`{more}",
                )


def _plain(
    kind: GraphQLField, field: FieldNode, coerced: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The arguments, where all are given and each is a variable with a value.

    None where graphql-core has to say what they are. That a variable's type fits its argument was
    seen when the document was read.
    """
    given = field.arguments or ()
    if len(given) != len(kind.args):
        return None
    read: dict[str, Any] = {}
    for each in given:
        sent, name = each.value, each.name.value
        value = coerced.get(sent.name.value) if isinstance(sent, VariableNode) else None
        if value is None:
            return None
        read[kind.args[name].out_name or name] = value
    return read


def _refuse_nulls(operation: DocumentOperation, variables: Mapping[str, Any]) -> None:
    """AskDifferently if a variable that may only be left out is null."""
    names = sorted(operation.never_null & variables.keys())
    nulls = [name for name in names if variables[name] is None]
    what = "give a value, or leave it out"
    if nulls:
        raise all_at_once(
            [AskDifferently("VARIABLES_INVALID", f"${n}: {what}", path=(n,)) for n in nulls]
        )
