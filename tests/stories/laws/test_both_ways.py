"""By what is compiled and by the exact way the gateway says the same, to the byte and the entry.

BOTH_WAYS says how many questions are asked at least; `make laws` asks 20,000.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final

import pytest

from adapters.contract.paths import COMPILED, EXACT
from adapters.http.source import HttpSource
from adapters.plugins.source import Open, Opening
from tests.support.laws.law import LawBroken
from tests.support.laws.planted_fault import PlantedFault
from tests.support.laws.running.place import LawPlace
from tests.support.laws.ways.both_ways import THE_SAME
from tests.support.samples import LONG

QUESTIONS: Final = int(os.environ.get("BOTH_WAYS", "200"))
MOST: Final = 30  # seeds in which a fault must be found


def _with_fewer_records(opened: dict[str, Open]) -> dict[str, Open]:
    """What is compiled takes one record for too many."""

    def faulty(open_one: Open) -> Open:
        async def opening(given: Opening) -> Any:
            source = await open_one(given)
            if given.paths.compiled and isinstance(source, HttpSource):
                fewer = source.limits.model_copy(update={"max_records": 1})
                return replace(source, limits=fewer)
            return source

        return opening

    return {kind: faulty(open_one) for kind, open_one in opened.items()}


def _without_scope(read: Callable[..., Any]) -> Callable[..., Any]:
    """What is compiled reads every variable but one."""

    def faulty(variables: Any, given: Mapping[str, Any]) -> Any:
        return read(variables, {name: one for name, one in given.items() if name != "scope"})

    return faulty


FAULTS: Final = (
    PlantedFault(
        "a bound that the compiled way forgot",
        THE_SAME.name,
        (("adapters.kinds:OPENED_BY", _with_fewer_records),),
    ),
    PlantedFault(
        "a variable that the compiled way leaves out",
        THE_SAME.name,
        (("gateway.graphql.compiled_variables:CompiledVariables.read", _without_scope),),
    ),
)


def test_the_gateway_says_the_same_both_ways(place: LawPlace) -> None:
    numbers = count(int.from_bytes(os.urandom(4)) if LONG else 1)
    before = place.asked
    tried = 0
    while place.asked - before < QUESTIONS:
        tried += THE_SAME.hold(place, next(numbers))
    assert tried * 4 <= place.asked - before  # each is asked twice, of both


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_is_compiled_wrongly_is_found(place: LawPlace, fault: PlantedFault) -> None:
    own = LawPlace()  # the adapters of the other tests were opened without the fault
    try:
        with fault.planted(), pytest.raises(LawBroken) as found:
            THE_SAME.hold_for(own, range(1, MOST))
    finally:
        own.close()
    assert THE_SAME.broken(place, found.value.example) == []


def test_the_two_ways_differ_in_one_value() -> None:
    assert COMPILED.compiled
    assert not EXACT.compiled
