"""A whole answer, written as its document selects it by functions that were compiled once.

graphql-core decides again for every field of every object what the document decides once. Here
that is done beforehand, for the documents that most clients send. Anything else has no writer and
graphql-core executes it: it stays the reference, and a test holds the writers to it.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    is_abstract_type,
)

from gateway.graphql.child.child_answer import PARTS, Cards, Part, tellers
from gateway.graphql.child.generated import GeneratedModule, named
from gateway.graphql.child.reading import CONSTANTS, READINGS, TOLD, FieldReading
from gateway.model.answer import Answering

Fragments = Mapping[str, FragmentDefinitionNode]
Write = Callable[[Any], Any]
WriteAnswer = Callable[[Sequence[Answering | None]], Awaitable[dict[str, Any]]]

# Whether a value that is no other than these is written as it stands.
_AS_THEY_STAND: Final[Mapping[str, str]] = {
    "String": "{0}.__class__ is str",
    "ID": "{0}.__class__ is str",
    "Boolean": "{0}.__class__ is bool",
    "Int": "{0}.__class__ is int and -0x80000000 <= {0} <= 0x7FFFFFFF",
}
_TYPENAME: Final = "__typename"
_MANY_TIMES: Final = frozenset({"Provenance"})  # the same objects stand under most facts


@dataclass(slots=True)
class PartContext:
    """What the part that is being written is read with; nothing once it is written."""

    query_id: str = ""
    agencies: Cards = field(default_factory=dict)


class _NotWritableError(Exception):
    """A value does not fit its type: graphql-core knows how an answer tells that."""


class _NotCompiledError(Exception):
    """The document selects something that graphql-core has to execute."""


def writer_of(
    schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments
) -> WriteAnswer | None:
    """The writer of a valid operation's `data`; None if graphql-core has to execute it.

    It is given the questions of the operation's one `child` or `children` field. What it raises
    is for the caller to let graphql-core say.
    """
    told = PartContext()
    generated = GeneratedModule({**CONSTANTS, TOLD: told})
    try:
        return _Compiler(schema, fragments, generated, told).operation(operation)
    except (_NotCompiledError, ValueError, SyntaxError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Compiles the selections of one document over one schema."""

    schema: GraphQLSchema
    fragments: Fragments
    generated: GeneratedModule
    told: PartContext

    def operation(self, operation: OperationDefinitionNode) -> WriteAnswer:
        query = self.schema.query_type
        if operation.operation is not OperationType.QUERY or operation.directives or not query:
            raise _NotCompiledError
        selected = self._selected(query, [operation.selection_set])
        if len(selected) != 1:
            raise _NotCompiledError
        ((key, nodes),) = selected.items()
        match nodes[0].name.value:
            case "child" | "askAgain":
                return _one(key, self._answer(_below(nodes)))
            case "children":
                return _each(key, self._answer(_below(nodes)))
            case _:
                raise _NotCompiledError

    def _answer(self, below: Iterable[SelectionSetNode]) -> Part:
        kind = self.schema.type_map["ChildAnswer"]
        if not isinstance(kind, GraphQLObjectType):
            raise _NotCompiledError
        named = {key: self._part(kind, nodes) for key, nodes in self._selected(kind, below).items()}
        write_of = self.generated.compiled()
        parts = [(key, part, write_of[name]) for key, (part, name) in named.items()]

        async def write(answering: Answering) -> dict[str, Any]:
            query_id = answering.receipt.query_id
            return {
                key: self._said(put, await part(answering), query_id) for key, part, put in parts
            }

        return write

    def _said(self, put: Write, value: Any, query_id: str) -> Any:
        """What a part says; nobody else writes meanwhile, and nothing of it is kept."""
        self.told.query_id, self.told.agencies = query_id, tellers(value)
        try:
            return put(value)
        finally:
            self.told.agencies = {}
            self.generated.forget()

    def _part(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> tuple[Part, str]:
        """What a part is read with, and the name of the function that writes it."""
        name = nodes[0].name.value
        if name == _TYPENAME:
            return _nothing, self.generated.function([], f"'{named(kind.name)}'")
        said = self._value(kind.fields[name].type, _below(nodes), "value")
        return PARTS[name], self.generated.function([], said)

    def _value(self, kind: Any, below: list[SelectionSetNode], name: str, read: str = "") -> str:
        """The expression that writes the value of a variable of this name.

        `read` is the reading of its objects where it is not that of their type.
        """
        if isinstance(kind, GraphQLNonNull):
            return self._present(kind.of_type, below, name, read)
        return f"None if {name} is None else {self._present(kind, below, name, read)}"

    def _present(self, kind: Any, below: list[SelectionSetNode], name: str, read: str) -> str:
        """The same of a value that is not null."""
        match kind:
            case GraphQLList():
                item = f"{name}_"
                return f"[{self._value(kind.of_type, below, item, read)} for {item} in {name}]"
            case GraphQLObjectType():
                reading = READINGS.get(read or kind.name)
                if reading is None:
                    raise _NotCompiledError
                return self._object(kind, below, reading).format(name)
            case GraphQLEnumType():
                names = {member.value: said for said, member in kind.values.items()}
                return f"{self.generated.constant(kind.name, names)}[{name}]"
            case GraphQLScalarType():
                return self._scalar(kind, name)
            case _:
                raise _NotCompiledError

    def _scalar(self, kind: GraphQLScalarType, name: str) -> str:
        said = f"{self.generated.constant(kind.name, _scalar(kind))}({name})"
        as_it_stands = _AS_THEY_STAND.get(kind.name)
        if as_it_stands is None:
            return said
        return f"{name} if {as_it_stands.format(name)} else {said}"

    def _object(
        self, kind: GraphQLObjectType, below: list[SelectionSetNode], reading: FieldReading
    ) -> str:
        """The call that writes an object; its name is to be put in the place of {0}."""
        reads = ["if value is None: raise ValueError", *filter(None, [reading.first])]
        writes = []
        for place, (key, nodes) in enumerate(self._selected(kind, below).items()):
            if nodes[0].name.value == _TYPENAME:
                writes.append(f"'{named(key)}': '{named(kind.name)}'")
                continue
            name = f"field{place}"
            expression, said = self._field(kind, nodes, name, reading)
            reads.append(f"{name} = {expression}")
            writes.append(f"'{named(key)}': {said}")
        returned = f"{{{', '.join(writes)}}}"
        if kind.name in _MANY_TIMES:
            return self.generated.once(reads, returned)
        return f"{self.generated.function(reads, returned)}({{0}})"

    def _field(
        self, kind: GraphQLObjectType, nodes: list[FieldNode], name: str, reading: FieldReading
    ) -> tuple[str, str]:
        """The expression that reads a field, and the one that writes it."""
        field = kind.fields[nodes[0].name.value]
        declared = field.extensions["strawberry-definition"]
        if declared.base_resolver is not None or field.args:
            raise _NotCompiledError
        own = declared.python_name
        if own not in reading.fields:
            raise _NotCompiledError
        said = self._value(field.type, _below(nodes), name, reading.below.get(own, ""))
        return reading.fields[own], said

    def _selected(
        self, kind: GraphQLObjectType, below: Iterable[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """The fields by the key of their answer, merged, in the order of their first mention."""
        found: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for selection in below:
            for node in self._unfolded(kind, selection, spread):
                key = node.alias or node.name
                found.setdefault(key.value, []).append(node)
        return found

    def _unfolded(
        self, kind: GraphQLObjectType, selection: SelectionSetNode, spread: set[str]
    ) -> Iterator[FieldNode]:
        for node in selection.selections:
            if node.directives:
                raise _NotCompiledError
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, InlineFragmentNode):
                if self._applies(node.type_condition, kind):
                    yield from self._unfolded(kind, node.selection_set, spread)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition, kind):
                    yield from self._unfolded(kind, fragment.selection_set, spread)

    def _applies(self, condition: NamedTypeNode | None, kind: GraphQLObjectType) -> bool:
        if condition is None:
            return True
        named = self.schema.type_map[condition.name.value]
        return named is kind or (is_abstract_type(named) and self.schema.is_sub_type(named, kind))


async def _nothing(_: Answering) -> None:
    """What a part's type name waits for."""


def _below(nodes: list[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set]


def _one(key: str, write: Part) -> WriteAnswer:
    async def write_one(questions: Sequence[Answering | None]) -> dict[str, Any]:
        question = questions[0]
        return {key: None if question is None else await write(question)}

    return write_one


def _each(key: str, write: Part) -> WriteAnswer:
    async def write_each(questions: Sequence[Answering | None]) -> dict[str, Any]:
        return {key: [None if one is None else await write(one) for one in questions]}

    return write_each


def _scalar(kind: GraphQLScalarType) -> Write:
    serialize = kind.serialize

    def write(value: Any) -> Any:
        if value is None or (said := serialize(value)) is None:
            raise _NotWritableError(kind.name)
        return said

    return write
