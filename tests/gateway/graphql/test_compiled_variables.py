"""Variables are read by what their types are made of, and come out as graphql-core reads them."""

from random import Random
from typing import Any, Final

import pytest
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import VariableValues, get_variable_values

from gateway.graphql import compiled_variables
from gateway.graphql.compiled_variables import CompiledVariables
from tests.support.gateway.execution import core_schema
from tests.support.samples import examples

SCHEMA: Final = core_schema()
TEXT: Final = """
query Ask($known: KnownDetails!, $several: [KnownDetails!], $reason: AccessReason!, $scope: Scope,
  $some: Boolean = true, $first: Int) { agencies { id } }
"""
(_node,) = parse(TEXT).definitions
assert isinstance(_node, OperationDefinitionNode)
DEFINITIONS: Final = _node.variable_definitions or ()
KNOWN: Final = {
    "nhsNumber": "9000000009",
    "givenNames": ["Ada"],
    "familyName": "Quill",
    "birthDate": "2015-03-09",
    "sex": "FEMALE",
    "agencyRecord": {"agency": "northbrook", "recordId": "7"},
    "otherNames": [{"givenNames": ["Ida"]}],
    "carers": ["Jo Quill"],
}
WHOLE: Final[dict[str, Any]] = {
    "known": KNOWN,
    "several": [KNOWN, {"upn": "H801200001001"}],
    "reason": {"purpose": "SAFEGUARDING", "justification": "a concern", "caseReference": "B-1"},
    "scope": {"agencies": ["northbrook"], "areas": []},
    "some": False,
    "first": 3,
}
ODD: Final[tuple[Any, ...]] = (
    *(None, "", "SAFEGUARDING", "2015-13-09", 0, -1, 2**40, 1.5, True),
    *([], {}, [None], {"x": 1}),
)


def spoilt(chance: Random, value: Any) -> Any:
    """The value, with something in it left out, added or of another kind; often nothing."""
    if chance.random() < 0.01:
        return chance.choice(ODD)
    if isinstance(value, dict):
        kept = {k: spoilt(chance, v) for k, v in value.items() if chance.random() < 0.97}
        return {**kept, "unheard": 1} if chance.random() < 0.01 else kept
    return [spoilt(chance, each) for each in value] if isinstance(value, list) else value


def differing(times: int) -> list[Any]:
    """The variables, of so many, that are read otherwise than graphql-core reads them."""
    chance = Random(4)  # noqa: S311  the same variables in each run
    read, found = CompiledVariables.of(SCHEMA, DEFINITIONS), []
    for _ in range(times):
        given = spoilt(chance, WHOLE)
        if isinstance(given, dict) and (values := read.read(given)) is not None:
            by_core = get_variable_values(SCHEMA, DEFINITIONS, given)
            if not isinstance(by_core, VariableValues) or told(values) != told(by_core):
                found.append(given)
    return found


def told(values: VariableValues) -> Any:
    """What the values say; two readings of one type are not the same object."""
    sources = values.sources.items()
    return values.coerced, {n: (str(each.signature.type), each.value) for n, each in sources}


def test_what_is_read_is_what_graphql_core_reads() -> None:
    assert differing(examples(400)) == []


def test_plain_variables_take_no_graphql_core() -> None:
    assert CompiledVariables.of(SCHEMA, DEFINITIONS).read(WHOLE) is not None


@pytest.mark.parametrize(
    "given",
    [
        {**WHOLE, "known": {**KNOWN, "unheard": 1}},
        {**WHOLE, "known": None},
        {**WHOLE, "reason": {"purpose": "SAFEGUARDING"}},
        {name: value for name, value in WHOLE.items() if name != "some"},
        {**WHOLE, "scope": {"agencies": "northbrook"}},
        {**WHOLE, "first": "three"},
    ],
)
def test_what_does_not_plainly_fit_is_left_to_graphql_core(given: dict[str, Any]) -> None:
    assert CompiledVariables.of(SCHEMA, DEFINITIONS).read(given) is None


def test_the_law_finds_a_reader_that_takes_less_than_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled_variables, "is_required_input_field", lambda _: False)
    compiled_variables.reader_of.cache_clear()
    try:
        assert differing(400)
    finally:
        compiled_variables.reader_of.cache_clear()
