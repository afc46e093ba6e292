"""A GraphQL text becomes a Document: parsed, limited, validated and read once, then kept.

Kept by the hash of its text, in a bounded cache that belongs to one schema. What is kept has no
comments, no descriptions, no literals of a child (they are refused) and no source text.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from cachetools import LRUCache
from graphql import (
    REMOVE,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    strip_ignored_characters,
    validate,
    visit,
)

from gateway.config.settings_tables import DocumentSettings
from gateway.graphql.child.writing import WriteAnswer, writer_of
from gateway.graphql.literals import refuse_numbers, refuse_personal_literals
from gateway.graphql.selection import Selected, TooManyFields, deliveries, record_fields, walk
from gateway.model.errors import AskDifferently

QUESTIONS: Final = frozenset({"child", "children"})
_INTROSPECTION: Final = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class DocumentOperation:
    """One operation of a document. `question` is its `child` or `children` field, if it has one.

    `fields` are the fields of agencies' records that the selection under it needs; one that a
    directive may skip counts as selected. `deliveries` are its @defer and @stream. `write` writes
    a whole answer's data; without one graphql-core has to execute.
    """

    node: OperationDefinitionNode
    deliveries: tuple[DirectiveNode, ...] = ()
    question: FieldNode | None = None
    fields: frozenset[str] = frozenset()
    write: WriteAnswer | None = None

    @property
    def in_bulk(self) -> bool:
        """Whether it asks about several children at once, or may."""
        return self.question is not None and self.question.name.value == "children"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be executed; `hash` is the SHA-256 of its text, in hexadecimal."""

    hash: str
    node: DocumentNode
    operations: Mapping[str, DocumentOperation]

    def operation(self, name: str | None) -> DocumentOperation:
        """The operation to execute; AskDifferently if the choice is not clear."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        chosen = self.operations.get(name or "")
        if chosen is None:
            raise AskDifferently(
                "OPERATION_UNKNOWN", "operationName: name one of the document's operations"
            )
        return chosen


class Documents:
    """The documents of one schema, each parsed and validated once."""

    def __init__(self, schema: GraphQLSchema, settings: DocumentSettings) -> None:
        self._schema = schema
        self._settings = settings
        self._kept: LRUCache[str, Document] = LRUCache(settings.kept)

    def document(self, text: str) -> Document:
        """The document of `text`; AskDifferently says what to change in it."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        kept = self._kept.get(digest)
        if kept is None:
            kept = self._kept[digest] = self._read(text, digest)
        return kept

    def _read(self, text: str, digest: str) -> Document:
        node = self._parsed(text)
        refuse_numbers(text)
        refuse_personal_literals(self._schema, node)
        bare = _bare(text)
        operations = self._operations(bare)
        problems = validate(self._schema, node, max_errors=10)
        if problems:
            raise AskDifferently("DOCUMENT_INVALID", "; ".join(map(_located, problems)))
        fragments = _fragments(bare)
        compiled = {
            name: replace(one, write=writer_of(self._schema, one.node, fragments))
            for name, one in operations.items()
        }
        return Document(digest, bare, compiled)

    def _parsed(self, text: str) -> DocumentNode:
        try:
            return parse(text, max_tokens=self._settings.max_tokens)
        except GraphQLSyntaxError as error:
            if error.message.endswith("tokens. Parsing aborted."):
                raise AskDifferently(
                    "DOCUMENT_TOO_LONG",
                    f"query: a document has at most {self._settings.max_tokens} tokens",
                ) from None
            if error.message.endswith("too deeply. Parsing aborted."):
                raise self._too_deep() from None
            at = ", ".join(f"line {p.line}, column {p.column}" for p in error.locations or ())
            raise AskDifferently(
                "DOCUMENT_INVALID", f"query: the document does not parse at {at}"
            ) from None

    def _operations(self, node: DocumentNode) -> dict[str, DocumentOperation]:
        fragments = _fragments(node)
        return {
            definition.name.value if definition.name else "": self._operation(definition, fragments)
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
        }

    def _operation(
        self, node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> DocumentOperation:
        try:
            every = tuple(walk(node.selection_set, fragments, self._settings.max_fields))
        except TooManyFields:
            raise AskDifferently(
                "DOCUMENT_TOO_LONG",
                f"query: an operation selects at most {self._settings.max_fields} fields,"
                " fragments unfolded and aliases counted",
            ) from None
        self._limit(every)
        questions = [s for s in every if s.depth == 1 and s.path in QUESTIONS]
        looks = [s for s in every if s.depth == 1 and s.path == "accesses"]
        if len(questions) + len(looks) > 1:
            raise AskDifferently(
                "ONE_QUESTION_ONLY",
                "query: an operation asks one `child`, one `children` or one `accesses`",
            )
        parts = tuple(deliveries(node.selection_set, fragments))
        if not questions:
            return DocumentOperation(node, parts)
        asked = questions[0]
        under = (s.path.partition(".")[2] for s in every if s.path.startswith(f"{asked.path}."))
        return DocumentOperation(node, parts, asked.node, record_fields(under))

    def _limit(self, every: tuple[Selected, ...]) -> None:
        settings = self._settings
        depth = max((s.depth for s in every if not s.path.startswith(_INTROSPECTION)), default=0)
        if depth > settings.max_depth:
            raise self._too_deep()
        if sum(s.node.alias is not None for s in every) > settings.max_aliases:
            raise AskDifferently(
                "TOO_MANY_ALIASES", f"query: a document has at most {settings.max_aliases} aliases"
            )

    def _too_deep(self) -> AskDifferently:
        deepest = self._settings.max_depth
        return AskDifferently("DOCUMENT_TOO_DEEP", f"query: fields nest at most {deepest} deep")


def _fragments(node: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        definition.name.value: definition
        for definition in node.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


class _WithoutDescriptions(Visitor):
    def enter_string_value(self, _: StringValueNode, key: Any, *__: Any) -> Any:
        return REMOVE if key == "description" else None


def _bare(text: str) -> DocumentNode:
    """The document without anything that execution does not need."""
    bare = parse(strip_ignored_characters(text), no_location=True)
    stripped: DocumentNode = visit(bare, _WithoutDescriptions())
    return stripped


def _located(problem: GraphQLError) -> str:
    places = problem.locations or ()
    at = ", ".join(f"line {place.line}, column {place.column}" for place in places[:1])
    return f"query: {_unquoted(problem)} ({at})"


def _unquoted(problem: GraphQLError) -> str:
    """What graphql-core says, unless it repeats a value: names of the document may be said."""
    nodes = problem.nodes or ()
    literal = any(isinstance(n, ValueNode) and not isinstance(n, VariableNode) for n in nodes)
    return "the value does not fit what belongs there" if literal else problem.message
