"""A question in any of the ways in which one may ask about a child."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLObjectType, get_named_type

from adapters.contract.identifiers import NHS_NUMBER, UPN
from gateway.graphql.root import build_schema
from tests.support.laws.town.children import LawChild
from tests.support.town import BEYOND, REASON

_SEVERAL: Final = frozenset({"carers", "telephones"})
_HARM: Final = {"suspected": "PHYSICAL", "justification": "bruises"}


@dataclass(frozen=True, slots=True)
class LawQuestion:
    """What is asked: by which details (`by`) of which child, where, and how it is delivered.

    `areas` and `agencies` are the scope, None where it is left out. `chosen` takes the unresolved
    record of this place of a first answer; `broke_glass` asks for leave first. A `streamed` answer
    comes in parts, told by path or `by_id`. `beside` are other children of the same `children`.
    `place` is what the caller tells of where the child is: a detail's name and its value. `drawn`
    is a document of its own; who does not take parts gets its answer whole. `again` asks these
    agencies by `askAgain`.
    """

    child: LawChild
    by: tuple[str, ...] = (NHS_NUMBER, "born")
    areas: tuple[str, ...] | None = None
    agencies: tuple[str, ...] | None = None
    cause: bool = True
    harm: bool = False
    broke_glass: bool = False
    chosen: int | None = None
    streamed: bool = False
    by_id: bool = False
    beside: tuple[LawChild, ...] = ()
    place: tuple[str, str] | None = None
    drawn: str | None = None
    takes_parts: bool = True
    again: bool = False

    @property
    def numbers(self) -> dict[str, str]:
        """The numbers that it names, by scheme."""
        return {name: self.child.numbers[name] for name in (NHS_NUMBER, UPN) if name in self.by}

    @property
    def document(self) -> str:
        """The GraphQL document: every field that there is, or the drawn one."""
        if self.drawn is not None:
            return self.drawn
        if self.beside:
            return EVERYTHING_BATCHED
        if self.again:
            return AGAIN_STREAMED if self.streamed else AGAIN
        return EVERYTHING_STREAMED if self.streamed else EVERYTHING

    def variables(self, purpose: str, **reason: Any) -> dict[str, Any]:
        """The variables of the document; `reason` adds to the reason."""
        more = {"outOfArea": BEYOND} if self.cause else {}
        more |= {"significantHarm": _HARM} if self.harm and purpose == "SAFEGUARDING" else {}
        scope = {"areas": self.areas, "agencies": self.agencies}
        known: Any = details(self.child, self.by)
        known |= told_place(*self.place) if self.place else {}
        said = {**REASON, "purpose": purpose, **more, **reason}
        if self.again:
            return {"known": known, "reason": said, "agencies": [*(self.agencies or ())]}
        return {
            "known": [known, *(details(c, self.by) for c in self.beside)] if self.beside else known,
            "reason": said,
            "scope": {name: list(v) for name, v in scope.items() if v is not None} or None,
        }


def told_place(name: str, value: str) -> dict[str, Any]:
    """What a caller tells of a place, as KnownDetails."""
    return {name: [value] if name in _SEVERAL else value}


def details(child: LawChild, by: tuple[str, ...]) -> dict[str, Any]:
    """What a caller knows of a child, as KnownDetails."""
    every: Mapping[str, dict[str, Any]] = {
        NHS_NUMBER: {"nhsNumber": child.numbers[NHS_NUMBER]},
        UPN: {"upn": child.numbers[UPN]},
        "name": {"givenNames": [child.given], "familyName": child.family},
        "born": {"birthDate": child.born},
        "sex": {"sex": child.sex.upper()},
    }
    return {name: value for each in by for name, value in every[each].items()}


def everything(kind: GraphQLObjectType, depth: int = 4, spare: str = "") -> str:
    """A selection of every field that needs no argument, but `spare`."""
    parts = []
    for name, described in kind.fields.items():
        below = get_named_type(described.type)
        if name == spare or described.args:
            continue
        if not isinstance(below, GraphQLObjectType):
            parts.append(name)
        elif depth:
            parts.append(f"{name} {everything(below, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


_TYPES: Final = build_schema()._schema.type_map  # noqa: SLF001  the gateway's own
_ANSWER: Final = _TYPES["ChildAnswer"]
_ROW: Final = _TYPES["AgencyAnswer"]
assert isinstance(_ANSWER, GraphQLObjectType)
ANSWER_FIELDS: Final = tuple(_ANSWER.fields)
assert isinstance(_ROW, GraphQLObjectType)
_HEAD: Final = (
    "query Ask($known: {known}, $reason: AccessReason!, $scope: Scope) {{"
    " {field}(known: $known, reason: $reason, scope: $scope) "
)
_REST: Final = everything(_ANSWER, spare="answers")
EVERYTHING: Final = _HEAD.format(known="KnownDetails!", field="child") + everything(_ANSWER) + " }"
EVERYTHING_BATCHED: Final = (
    _HEAD.format(known="[KnownDetails!]!", field="children") + everything(_ANSWER) + " }"
)
EVERYTHING_STREAMED: Final = (
    _HEAD.format(known="KnownDetails!", field="child")
    + f"{{ answers @stream {everything(_ROW, 3)} ... @defer {_REST} }} }}"
)
_AGAIN: Final = (
    "query Ask($known: KnownDetails!, $reason: AccessReason!, $agencies: [ID!]!) {"
    " askAgain(known: $known, reason: $reason, agencies: $agencies) "
)
AGAIN: Final = _AGAIN + everything(_ANSWER) + " }"
AGAIN_STREAMED: Final = (
    _AGAIN + f"{{ answers @stream {everything(_ROW, 3)} ... @defer {_REST} }} }}"
)
BREAK_GLASS: Final = (
    "mutation Break($known: KnownDetails!, $justification: String!) {"
    " breakGlass(known: $known, justification: $justification) { id } }"
)
