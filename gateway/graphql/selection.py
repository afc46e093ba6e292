"""Which fields a document selects: walked once per document, bounded, fragments included."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from graphql import (
    REMOVE,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    visit,
)

from resolvers.release import CONTACTS

_IN_PARTS: Final = frozenset({"defer", "stream"})
_SKIP: Final = "skip"
_CONDITIONS: Final = frozenset({_SKIP, "include"})

_RECORD_FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "child.identifiers": frozenset({"identifiers"}),
    "child.names": frozenset({"names"}),
    "child.birthDate": frozenset({"birth_date"}),
    "child.sex": frozenset({"sex"}),
    "child.addresses": frozenset({"addresses"}),
    "child.carers": frozenset({"carers"}),
    "child.schools": frozenset({"schools"}),
    "child.gpPractice": frozenset({"gp_practice"}),
    "child.involvements": frozenset({"involvements"}),
    "child.leadPractitioner": frozenset({"involvements"}),
    "child.supportStatuses": frozenset({"support_statuses"}),
    "child.chronology": frozenset({"events", "involvements", "support_statuses"}),
    "child.conflicts": frozenset({"identifiers", "birth_date", "sex", "gp_practice"}),
    "answers.involvements": frozenset({"involvements"}),
}
_CONTACT_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "child.carers": ("telephone",),
    "child.involvements": ("contact", "practitioner.telephone", "practitioner.email"),
    "child.leadPractitioner": ("contact", "practitioner.telephone", "practitioner.email"),
    "answers.involvements": ("contact", "practitioner.telephone", "practitioner.email"),
}


Directives = tuple[DirectiveNode, ...]
Conditions = tuple[Directives, ...]
"""The @skip and @include of each selection of a field: all of one of them let it in."""


@dataclass(frozen=True, slots=True)
class AnswerKeys:
    """The keys of an answer in a response: of the question, and each field's name by its key.

    Empty where no question is asked. `when` has what each key's selections stand under.
    """

    root: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    in_bulk: bool = False
    when: Mapping[str, Conditions] = field(default_factory=dict)

    def included(self, variables: Mapping[str, Any]) -> Self:
        """The keys that come with these variables, as @skip and @include say."""
        fields = {
            key: name
            for key, name in self.fields.items()
            if any(included(each, variables) for each in self.when.get(key, ((),)))
        }
        return replace(self, fields=fields)


NO_ANSWER: Final = AnswerKeys()


class TooManyFields(Exception):
    """The document selects more fields, fragments unfolded, than anybody needs; `seen` so far."""

    def __init__(self, seen: int) -> None:
        super().__init__(seen)
        self.seen = seen


@dataclass(frozen=True, slots=True)
class Selected:
    """One selected field; `path` joins field names (not aliases) from the walk's start.

    `place` joins the names in the answer: aliases, where there are any. `when` are the @skip and
    @include that it stands under.
    """

    path: str
    place: str
    depth: int
    node: FieldNode
    when: Directives = ()


def walk(
    selection: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], most: int
) -> Iterator[Selected]:
    """Every field under `selection`, parents first, fragments unfolded; a cycle is cut.

    Raises TooManyFields past `most` selections: fragments may multiply.
    """
    left: list[tuple[SelectionSetNode, str, str, int, frozenset[str], Directives]] = [
        (selection, "", "", 1, frozenset(), ())
    ]
    seen = 0
    while left:
        inside, prefix, above, depth, spread, around = left.pop()
        for node in inside.selections:
            seen += 1
            if seen > most:
                raise TooManyFields(seen)
            when = (*around, *_conditions(node))
            if isinstance(node, FieldNode):
                path = f"{prefix}{node.name.value}"
                place = f"{above}{(node.alias or node.name).value}"
                yield Selected(path, place, depth, node, when)
                if node.selection_set:
                    below = (f"{path}.", f"{place}.", depth + 1, spread, when)
                    left.append((node.selection_set, *below))
            elif isinstance(node, InlineFragmentNode):
                left.append((node.selection_set, prefix, above, depth, spread, when))
            elif isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in fragments and name not in spread:
                    inner = fragments[name].selection_set
                    left.append((inner, prefix, above, depth, spread | {name}, when))


def deliveries(
    selection: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[DirectiveNode]:
    """Every @defer and @stream under `selection`, each fragment looked into once."""
    left = [selection]
    seen: set[str] = set()
    while left:
        for node in left.pop().selections:
            yield from (d for d in node.directives or () if d.name.value in _IN_PARTS)
            if not isinstance(node, FragmentSpreadNode):
                if inside := getattr(node, "selection_set", None):
                    left.append(inside)
            elif node.name.value in fragments.keys() - seen:
                seen.add(node.name.value)
                left.append(fragments[node.name.value].selection_set)


def answer_keys(question: FieldNode, every: Iterable[Selected]) -> AnswerKeys:
    """The keys under a `child` or `children` field, of all that its operation selects."""
    name = question.name.value
    below = [s for s in every if s.depth == 2 and s.path.startswith(f"{name}.")]  # noqa: PLR2004
    fields = {_key(s.node): s.node.name.value for s in below}
    when = {key: tuple(s.when for s in below if _key(s.node) == key) for key in fields}
    return AnswerKeys(_key(question), fields, name == "children", when)


def _conditions(node: SelectionNode) -> Directives:
    return tuple(d for d in node.directives or () if d.name.value in _CONDITIONS)


def included(conditions: Directives, variables: Mapping[str, Any]) -> bool:
    """Whether every @skip and @include lets in what stands under them."""
    return all(_holds(each, variables) for each in conditions)


def _holds(condition: DirectiveNode, variables: Mapping[str, Any]) -> bool:
    """Whether an @skip or @include lets in what stands under it."""
    (stated,) = condition.arguments or ()
    value = stated.value
    if isinstance(value, VariableNode):
        said = bool(variables.get(value.name.value))
    else:
        said = isinstance(value, BooleanValueNode) and value.value
    return said is not (condition.name.value == _SKIP)


def _key(node: FieldNode) -> str:
    return (node.alias or node.name).value


class _Undelivered(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: object) -> object:
        return REMOVE if node.name.value in _IN_PARTS else None


def undelivered(document: DocumentNode) -> DocumentNode:
    """The document without its @defer and @stream."""
    whole: DocumentNode = visit(document, _Undelivered())
    return whole


def record_fields(paths: Iterator[str]) -> frozenset[str]:
    """The fields of an agency's record that these paths under a question need.

    "contacts" stands for telephones and e-mail addresses of practitioners and teams.
    """
    needed: set[str] = set()
    for path in paths:
        head = ".".join(path.split(".")[:2])
        needed |= _RECORD_FIELDS.get(head, frozenset())
        if path[len(head) + 1 :].startswith(_CONTACT_PATHS.get(head, ())):
            needed.add(CONTACTS)
    return frozenset(needed)
