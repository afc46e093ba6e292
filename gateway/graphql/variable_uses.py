"""Which variables of an operation may be left out and may not be null.

A variable of a type that allows null may be used where null is not allowed, if one of the two has a
default (GraphQL, section 5.8.5). An explicit null then fails in the middle of execution, with
the words of graphql-core; it is told before, as any wrong variable is.
"""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    GraphQLSchema,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeInfo,
    ValidationContext,
    is_non_null_type,
)


def never_null(schema: GraphQLSchema, document: DocumentNode) -> Mapping[str, frozenset[str]]:
    """The names of such variables, by operation; the document is valid."""
    context = ValidationContext(schema, document, TypeInfo(schema), lambda _: None)
    return {
        definition.name.value if definition.name else "": _of(definition, context)
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


def _of(operation: OperationDefinitionNode, context: ValidationContext) -> frozenset[str]:
    nullable = {
        each.variable.name.value
        for each in operation.variable_definitions or ()
        if not isinstance(each.type, NonNullTypeNode)
    }
    uses = context.get_recursive_variable_usages(operation)
    strict = {use.node.name.value for use in uses if is_non_null_type(use.type)}
    return frozenset(nullable & strict)
