"""Details of a child and the reason come only as variables, so that no document holds them."""

from typing import Any, Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)

from gateway.model.errors import AskDifferently

_PERSONAL: Final = frozenset({"KnownDetails", "AccessReason", "AuditFilter"})
_PERSONAL_ARGUMENTS: Final = frozenset({"justification", "note", "known", "reason"})
_MAY_DEFAULT: Final = frozenset({"Boolean", "Int"})
_MESSAGE: Final = (
    "query: give {} as a variable; a document must not hold details of a child or a reason"
)


def refuse_personal_literals(schema: GraphQLSchema, document: DocumentNode) -> None:
    """AskDifferently if a literal stands where details of a child or a reason belong.

    A default of a variable is a literal too: only Boolean and Int variables may have one.
    """
    info = TypeInfo(schema)
    visit(document, TypeInfoVisitor(info, _LiteralVisitor(info)))


class _LiteralVisitor(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        name = node.name.value
        if _personal(name, self._info.get_input_type()) and not _only_variables(node.value):
            raise AskDifferently("PERSONAL_DATA_LITERAL", _MESSAGE.format(name))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        declared = get_named_type(self._info.get_input_type())
        if node.default_value and (declared is None or declared.name not in _MAY_DEFAULT):
            name = f"${node.variable.name.value} without a default, that is"
            raise AskDifferently("PERSONAL_DATA_LITERAL", _MESSAGE.format(name))


def _personal(argument: str, declared: GraphQLInputType | None) -> bool:
    named = get_named_type(declared)
    return argument in _PERSONAL_ARGUMENTS or (named is not None and named.name in _PERSONAL)


def _only_variables(value: ValueNode) -> bool:
    if isinstance(value, ObjectValueNode):
        return all(_only_variables(field.value) for field in value.fields)
    if isinstance(value, ListValueNode):
        return all(_only_variables(item) for item in value.values)
    return isinstance(value, VariableNode)
