"""A GraphQL text becomes a Document: parsed, limited, validated and read once, then kept.

Kept by the hash of its text, in a bounded cache that belongs to one schema. What is kept has no
comments, no descriptions, no literals of a child (they are refused) and no source text.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from cachetools import LRUCache, TTLCache
from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    strip_ignored_characters,
    validate,
    visit,
)

from adapters.contract.paths import COMPILED, Paths
from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.child.writing import WriteAnswer, writer_of
from gateway.graphql.compiled_variables import NO_VARIABLES, CompiledVariables
from gateway.graphql.limits.scan import refuse_by_text
from gateway.graphql.limits.structure import fragments_of, refuse_by_structure, unfolded
from gateway.graphql.limits.variables import refuse_large_variables
from gateway.graphql.literals import refuse_numbers, refuse_personal_literals
from gateway.graphql.selection import (
    NO_ANSWER,
    AnswerKeys,
    Directives,
    answer_keys,
    deliveries,
    included,
    record_fields,
    undelivered,
)
from gateway.graphql.variable_uses import never_null
from gateway.model.errors import AskDifferently, all_at_once

SEARCHES: Final = frozenset({"audit", "accesses", "__schema"})
QUESTIONS: Final = frozenset({"child", "children", "askAgain"})
# Names of a refused document may be anything that a client wrote, so they are soon forgotten.
_REMEMBERED_S: Final = 30
_LONGEST: Final = 300  # characters of one problem, which may hold long names of the document
_OF_WEIGHT_ONE: Final = 2000


@dataclass(frozen=True, slots=True)
class DocumentOperation:
    """One operation of a document. `question` is its `child` or `children` field, if it has one.

    `fields` are the fields of agencies' records that the selection under it needs; one that a
    directive may skip counts as selected; `tells_restriction` says whether the answer's own
    `restriction` is among it, `tells_child` whether its `child` is. `deliveries` are its @defer and
    @stream. `write` writes the data of an answer that comes whole; without one graphql-core has to
    execute. `keys` are those of its answers in a response; `when` are the @skip and @include that
    its question stands under. `never_null` are the variables that may
    be left out and not be null; `variables` reads all of them. `of_schema`: it asks for the schema
    alone, so that nothing of its answer is waited for.
    """

    node: OperationDefinitionNode
    deliveries: tuple[DirectiveNode, ...] = ()
    question: FieldNode | None = None
    fields: frozenset[str] = frozenset()
    tells_restriction: bool = False
    tells_child: bool = True
    write: WriteAnswer | None = None
    keys: AnswerKeys = NO_ANSWER
    when: Directives = ()
    never_null: frozenset[str] = frozenset()
    variables: CompiledVariables = NO_VARIABLES
    searches: bool = False
    of_schema: bool = False

    @property
    def in_bulk(self) -> bool:
        """Whether it asks about several children at once, or may."""
        return self.question is not None and self.question.name.value == "children"

    def asks(self, variables: Mapping[str, Any]) -> bool:
        """Whether it asks about a child with these variables: its question may be skipped."""
        if self.question is None or not self.when:
            return self.question is not None
        return included(self.when, self._with_defaults(variables))

    def keys_with(self, variables: Mapping[str, Any]) -> AnswerKeys:
        """The keys of its answers in a response to these variables."""
        return self.keys.included(self._with_defaults(variables))

    def _with_defaults(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        defaults = {
            each.variable.name.value: each.default_value.value
            for each in self.node.variable_definitions or ()
            if isinstance(each.default_value, BooleanValueNode)
        }
        return {**defaults, **variables}

    @property
    def sent_as(self) -> dict[str, str]:
        """The variable that each argument of the question is sent as, where it is one."""
        given = () if self.question is None else self.question.arguments or ()
        return {
            each.name.value: each.value.name.value
            for each in given
            if isinstance(each.value, VariableNode)
        }


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be executed; `hash` is the SHA-256 of its text, in hexadecimal.

    `whole` is it without @defer and @stream: for whoever gets everything at once. `weight` is what
    it takes of the documents that are kept: 1 for each two thousand characters.
    """

    hash: str
    node: DocumentNode
    whole: DocumentNode
    operations: Mapping[str, DocumentOperation]
    weight: int = 1

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

    def __init__(
        self, schema: GraphQLSchema, settings: DocumentSettings, paths: Paths = COMPILED
    ) -> None:
        self._schema = schema
        self._settings = settings
        self._paths = paths
        self._kept: LRUCache[str, Document] = LRUCache(settings.kept, _weight_of)
        self._refused: TTLCache[str, AskDifferently] = TTLCache(settings.kept, _REMEMBERED_S)
        self._reading = asyncio.Lock()

    def kept(self, text: str) -> Document | None:
        """The document of `text` where it was read before."""
        try:
            return self._kept[digest_of(text)]
        except KeyError:
            return None

    def is_unread(self, text: str) -> bool:
        """Whether the document of `text` has yet to be read, or refused."""
        digest = digest_of(text)
        return digest not in self._kept and digest not in self._refused

    def document(self, text: str) -> Document:
        """The document of `text`; AskDifferently says what to change in it."""
        digest = digest_of(text)
        kept = self._kept.get(digest)
        if kept is None:
            with self._remembering(digest):
                kept = self._kept[digest] = self.read(text, digest)
        return kept

    async def document_while_serving(self, text: str) -> Document:
        """The same, read in a thread the first time, one document after the other.

        The largest takes a tenth of a second, in which others are to be served.
        """
        digest = digest_of(text)
        if (kept := self._kept.get(digest)) is not None:
            return kept
        if digest not in self._refused:
            async with self._reading:
                if self.is_unread(text):
                    with self._remembering(digest):
                        self._kept[digest] = await asyncio.to_thread(self.read, text, digest)
        return self.document(text)

    def refuse_large(self, variables: Mapping[str, Any]) -> None:
        """AskDifferently if the variables of a document are over a limit."""
        refuse_large_variables(variables, self._settings)

    @contextmanager
    def _remembering(self, digest: str) -> Iterator[None]:
        """Refuse unread what was refused lately, and remember what is refused now."""
        if (refused := self._refused.get(digest)) is not None:
            raise refused.again()
        try:
            yield
        except AskDifferently as refusal:
            self._refused[digest] = refusal.again()
            raise

    def read(self, text: str, digest: str) -> Document:
        """The document of `text`, read now and not kept; AskDifferently says what to change."""
        refuse_by_text(text, self._settings)
        node = _parsed(text)
        refuse_by_structure(node, self._settings)
        refuse_numbers(text)
        refuse_personal_literals(self._schema, node)
        bare = _bare(text)
        operations = self._operations(bare)
        problems = validate(self._schema, node, max_errors=10)
        if problems:
            raise all_at_once([_invalid(f"query: {_unquoted(p)}", p) for p in problems])
        whole = undelivered(bare)
        strict = never_null(self._schema, node)
        known = {name: replace(one, never_null=strict[name]) for name, one in operations.items()}
        if self._paths.compiled:
            known = self._compiled(known, whole)
        return Document(digest, bare, whole, known, _weight(text, self._settings))

    def _compiled(
        self, operations: Mapping[str, DocumentOperation], whole: DocumentNode
    ) -> dict[str, DocumentOperation]:
        """The operations with what writes their answers and reads their variables."""
        schema, fragments = self._schema, fragments_of(whole)
        nodes = _operation_nodes(whole)
        return {
            name: replace(
                one,
                write=writer_of(schema, nodes[name], fragments),
                variables=CompiledVariables.of(schema, one.node.variable_definitions or ()),
            )
            for name, one in operations.items()
        }

    def _operations(self, node: DocumentNode) -> dict[str, DocumentOperation]:
        fragments = fragments_of(node)
        return {
            name: self._operation(definition, fragments)
            for name, definition in _operation_nodes(node).items()
        }

    def _operation(
        self, node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> DocumentOperation:
        every = unfolded(node.selection_set, fragments, self._settings)
        questions = [s for s in every if s.depth == 1 and s.path in QUESTIONS]
        looks = [s for s in every if s.depth == 1 and s.path == "accesses"]
        if len(questions) + len(looks) > 1:
            raise AskDifferently(
                "ONE_QUESTION_ONLY",
                "query: an operation asks one `child`, `children`, `askAgain` or `accesses`",
            )
        parts = tuple(deliveries(node.selection_set, fragments))
        if not questions:
            roots = [s.path for s in every if s.depth == 1]
            searches = any(path in SEARCHES for path in roots)
            of_schema = all(path.startswith("__") for path in roots)
            return DocumentOperation(node, parts, searches=searches, of_schema=of_schema)
        asked = questions[0]
        under = [s.path.partition(".")[2] for s in every if s.path.startswith(f"{asked.path}.")]
        keys = answer_keys(asked.node, every)
        fields = record_fields(iter(under))
        tells, child = "restriction" in under, any(p.split(".")[0] == "child" for p in under)
        return DocumentOperation(
            node, parts, asked.node, fields, tells, child, keys=keys, when=asked.when
        )


def _weight(text: str, settings: DocumentSettings) -> int:
    return min(settings.kept, 1 + len(text) // _OF_WEIGHT_ONE)


def _weight_of(document: Document) -> int:
    return document.weight


def digest_of(text: str) -> str:
    """The SHA-256 of a document's text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _parsed(text: str) -> DocumentNode:
    try:
        return parse(text)
    except GraphQLSyntaxError as error:
        raise _invalid("query: the document does not parse", error) from None


def _operation_nodes(node: DocumentNode) -> dict[str, OperationDefinitionNode]:
    return {
        definition.name.value if definition.name else "": definition
        for definition in node.definitions
        if isinstance(definition, OperationDefinitionNode)
    }


class _WithoutDescriptions(Visitor):
    def enter(self, node: Any, *_: Any) -> Any:
        described = getattr(node, "description", None) is not None
        return replace(node, description=None) if described else None


def _bare(text: str) -> DocumentNode:
    """The document without anything that execution does not need."""
    bare = parse(strip_ignored_characters(text), no_location=True)
    stripped: DocumentNode = visit(bare, _WithoutDescriptions())
    return stripped


def _invalid(message: str, problem: GraphQLError) -> AskDifferently:
    at = [(place.line, place.column) for place in problem.locations or ()]
    line, column = at[0] if at else (1, 1)
    said = f"{message[:_LONGEST]} (line {line}, column {column})"
    return AskDifferently("DOCUMENT_INVALID", said, at=at)


def _unquoted(problem: GraphQLError) -> str:
    """What graphql-core says, unless it repeats a value: names of the document may be said."""
    nodes = problem.nodes or ()
    literal = any(isinstance(n, ValueNode) and not isinstance(n, VariableNode) for n in nodes)
    return "the value does not fit what belongs there" if literal else problem.message
