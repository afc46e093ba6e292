"""Details of a child and the reason come only as variables, so that no document holds them."""

import re
from collections.abc import Callable
from typing import Any, Final

from graphql import (
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    GraphQLInputType,
    GraphQLSchema,
    ListValueNode,
    NameNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)

from adapters.contract.identifiers import NhsNumber, Upn
from gateway.model.errors import AskDifferently

_PERSONAL: Final = frozenset({"KnownDetails", "AccessReason", "AuditFilter"})
_PERSONAL_ARGUMENTS: Final = frozenset({"justification", "note", "known", "reason"})
_MAY_DEFAULT: Final = frozenset({"Boolean", "Int"})
_MESSAGE: Final = (
    "query: give {} as a variable; a document must not hold details of a child or a reason"
)


_MOST_DIGITS: Final = 4  # of a name: a year has four, a birth date or a child's number more
_IN_A_NAME: Final = (
    f"query: give a name, alias or label at most {_MOST_DIGITS} digits;"
    " a document must not hold details of a child"
)
_IN_A_VALUE: Final = _MESSAGE.format("numbers of a child")
_NHS_SHAPE: Final = re.compile(r"(?<![0-9])[0-9](?:[\s_-]?[0-9]){9}(?![0-9])")
_UPN_SHAPE: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][0-9]{12}(?![0-9])")


def refuse_personal_literals(schema: GraphQLSchema, document: DocumentNode) -> None:
    """AskDifferently if a literal stands where details of a child or a reason belong.

    A default of a variable is a literal too: only Boolean and Int variables may have one. A name or
    label with many digits may be a child's number or birth date, and is refused as one.
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

    def enter_name(self, node: NameNode, *_: Any) -> None:
        if sum(map(str.isdigit, node.value)) > _MOST_DIGITS:
            raise AskDifferently("PERSONAL_DATA_LITERAL", _IN_A_NAME)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        labels = (each.value for each in node.arguments or ())
        texts = (each.value for each in labels if isinstance(each, StringValueNode))
        if any(sum(map(str.isdigit, text)) > _MOST_DIGITS for text in texts):
            raise AskDifferently("PERSONAL_DATA_LITERAL", _IN_A_NAME)

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        refuse_numbers(node.value)  # written with escapes, it shows only here

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> None:
        declared = get_named_type(self._info.get_input_type())
        if node.default_value and (declared is None or declared.name not in _MAY_DEFAULT):
            name = f"${node.variable.name.value} without a default, that is"
            raise AskDifferently("PERSONAL_DATA_LITERAL", _MESSAGE.format(name))


def refuse_numbers(text: str) -> None:
    """AskDifferently if an NHS number or a UPN stands anywhere in `text`, comments not excepted."""
    parsed = [
        *(_parses(NhsNumber.parse, each.replace("_", "-")) for each in _NHS_SHAPE.findall(text)),
        *(_parses(Upn.parse, each) for each in _UPN_SHAPE.findall(text)),
    ]
    if any(parsed):
        raise AskDifferently("PERSONAL_DATA_LITERAL", _IN_A_VALUE)


def _parses(parse: Callable[[str], str], text: str) -> bool:
    try:
        return bool(parse(text))
    except ValueError:
        return False


def _personal(argument: str, declared: GraphQLInputType | None) -> bool:
    named = get_named_type(declared)
    return argument in _PERSONAL_ARGUMENTS or (named is not None and named.name in _PERSONAL)


def _only_variables(value: ValueNode) -> bool:
    if isinstance(value, ObjectValueNode):
        return all(_only_variables(field.value) for field in value.fields)
    if isinstance(value, ListValueNode):
        return all(_only_variables(item) for item in value.values)
    return isinstance(value, VariableNode)
