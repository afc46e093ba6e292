"""What a practitioner asks is read as graphql-core reads it, however their document sends it."""

from typing import Any, Final

import pytest

from adapters.contract.paths import COMPILED, EXACT, Paths
from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.documents import DocumentOperation, Documents
from gateway.questions.preparing import arguments
from gateway.questions.preparing.arguments import ArgumentReader
from tests.support.gateway.execution import core_schema

SCHEMA: Final = core_schema()
REASON: Final = {"purpose": "SAFEGUARDING", "justification": "a concern"}
SENT: Final[dict[str, Any]] = {
    "known": {"nhsNumber": "9990000018", "birthDate": "2015-03-09"},
    "reason": REASON,
    "scope": {"agencies": ["northbrook"]},
}
TYPES: Final = "$known: KnownDetails!, $reason: AccessReason!, $scope: Scope"
ALL: Final = "known: $known, reason: $reason, scope: $scope"
IN_WORDS: Final = 'known: $known, reason: $reason, scope: {agencies: ["northbrook"]}'
WAYS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    (TYPES, ALL, SENT),
    (TYPES, "scope: $scope, reason: $reason, known: $known", SENT),
    (TYPES, ALL, {**SENT, "scope": None}),
    (TYPES, ALL, {"known": SENT["known"], "reason": REASON}),
    ("$known: KnownDetails!, $reason: AccessReason!", "known: $known, reason: $reason", SENT),
    ("$known: KnownDetails!, $reason: AccessReason!", IN_WORDS, SENT),
)


def operation(types: str, given: str) -> DocumentOperation:
    """What asks about a child so."""
    text = f"query Ask({types}) {{ child({given}) {{ answers {{ outcome }} }} }}"
    return Documents(SCHEMA, DocumentSettings()).document(text).operation(None)


def read(paths: Paths, way: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """The arguments that are read of a question that is asked so."""
    reader, asked = ArgumentReader(SCHEMA, paths, suggest=True), operation(way[0], way[1])
    return reader.arguments(asked, reader.values(asked, way[2])[0])


@pytest.mark.parametrize("way", WAYS)
def test_a_question_is_what_graphql_core_reads(way: tuple[str, str, dict[str, Any]]) -> None:
    assert read(COMPILED, way) == read(EXACT, way)


def test_an_argument_that_is_taken_for_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = read(EXACT, WAYS[1])

    def in_their_order(_: Any, __: Any, coerced: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(("scope", "known", "reason"), coerced.values(), strict=True))

    monkeypatch.setattr(arguments, "_plain", in_their_order)
    assert read(COMPILED, WAYS[1]) != exact
