"""The law of order: the last things last, whatever is asked for in parts and whoever is slow."""

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from hypothesis import strategies as st

from tests.support.laws.law import Law
from tests.support.laws.running.asking import answers
from tests.support.laws.running.place import LawPlace
from tests.support.laws.town.caller import LawCaller, callers
from tests.support.laws.town.question import ANSWER_FIELDS, LawQuestion
from tests.support.laws.town.questions import asked_about, asked_otherwise
from tests.support.laws.town.world import LawWorld
from tests.support.laws.town.worlds import worlds
from tests.support.laws.turns.documents import PartedDocument, parted_documents
from tests.support.laws.turns.screen import out_of_turn

_ARGUMENTS: Final = "(known: $known, reason: $reason, scope: $scope)"
_VARIABLES: Final = "$known: LISTED, $reason: AccessReason!, $scope: Scope, "
_VARYING: Final = re.compile(r'"queryId":"[^"]*"|"[^"/]*/answer"')
_REFUSED: Final = 400


@dataclass(frozen=True, slots=True)
class InParts:
    """One question asked in parts by a document, in both shapes, and whole."""

    world: LawWorld
    caller: LawCaller
    question: LawQuestion
    document: PartedDocument


@st.composite
def asked_in_parts(draw: st.DrawFn, most: int) -> InParts:
    """Any question by any document that asks for parts."""
    world, caller = draw(worlds(most)), draw(callers())
    question = draw(asked_otherwise(world, draw(asked_about(world))))
    document = draw(parted_documents(ANSWER_FIELDS, _ARGUMENTS, _VARIABLES))
    beside = world.children[:1] if document.in_bulk else ()
    plain = replace(question, chosen=None, broke_glass=False, beside=beside)
    return InParts(world, caller, replace(plain, drawn=document.text), document)


def _broken(place: LawPlace, example: InParts) -> list[str]:
    whole = replace(example.question, takes_parts=False)
    by_path, by_id = (replace(example.question, by_id=each) for each in (False, True))
    said = [answers(place, example.world, example.caller, [q])[0] for q in (whole, by_path, by_id)]
    if any(each.status >= _REFUSED for each in said):
        return []
    ((_, expected), *parted) = (out_of_turn(each.payloads, example.document) for each in said)
    wrong = [problem for found, _ in parted for problem in found]
    unlike = any(_plain(data) != _plain(expected) for _, data in parted)
    return [*wrong, *(["the parts together are not the whole answer"] if unlike else [])]


def _plain(data: Any) -> str:
    """The data without what differs between any two questions, rows in any order."""
    return _VARYING.sub("", orjson.dumps(_sorted(data), option=orjson.OPT_SORT_KEYS).decode())


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    each = [_sorted(one) for one in value]
    rows = all(isinstance(one, dict) and "agency" in one for one in each)
    return sorted(each, key=lambda one: str(one["agency"])) if rows else each


IN_TURN: Final = Law("each part comes in its turn", asked_in_parts, _broken)
