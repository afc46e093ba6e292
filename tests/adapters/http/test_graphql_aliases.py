"""Several children are asked about by one GraphQL query, by a server that is really one."""

from typing import Any, Final

import pytest
from aiohttp import web
from graphql import GraphQLError, build_schema, graphql_sync

from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Records,
    Refused,
    Reply,
    Unavailable,
)
from tests.support.adapters.aliased import ALIASED
from tests.support.adapters.asking import manifest_text, only, opened
from tests.support.adapters.batches import ANN, BEA, BULK, CAT, many
from tests.support.loopback import serving

SCHEMA: Final = build_schema(
    "type Person { nhs: String surname: String dob: String }"
    " type Query { people(nhs: String!): [Person!] total(nhs: String!): Int }"
)
TOWN: Final = {ANN: "Hill", BEA: "Vale"}


class Council:
    """Executes what it is asked; `swaps` gives each child's part to another, CAT's always fails."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.swaps = False

    def people(self, _: Any, nhs: str) -> list[dict[str, str]]:
        if nhs == CAT:
            raise GraphQLError("no", extensions={"code": "FORBIDDEN"})
        if self.swaps:
            nhs = BEA if nhs == ANN else ANN
        found = {nhs: TOWN[nhs]} if nhs in TOWN else {}
        return [{"nhs": n, "surname": name, "dob": "2015-03-09"} for n, name in found.items()]

    async def answer(self, request: web.Request) -> web.Response:
        said = await request.json()
        self.asked.append(said)
        root = {"people": self.people, "total": lambda _, nhs: int(nhs in TOWN)}
        told = graphql_sync(SCHEMA, said["query"], root, variable_values=said["variables"])
        return web.json_response(told.formatted)

    async def asked_about(self, *numbers: str) -> tuple[Reply, ...]:
        async with (
            serving(self.answer) as base,
            opened(manifest_text("graphql", base, ALIASED, BULK)) as adapter,
        ):
            return await many(adapter, *numbers)


async def told(body: Any, status: int = 200) -> tuple[Reply, ...]:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response(body, status=status)

    async with (
        serving(handler) as base,
        opened(manifest_text("graphql", base, ALIASED, BULK)) as adapter,
    ):
        return await many(adapter, ANN, BEA)


async def test_children_are_asked_about_by_one_query_with_their_numbers_outside_it() -> None:
    council = Council()
    ann, bea, gone = await council.asked_about(ANN, BEA, "9990000042")
    assert (only(ann).names[0].family, only(bea).names[0].family) == ("Hill", "Vale")
    assert gone == NoRecord()
    (said,) = council.asked
    assert set(said["variables"].values()) == {ANN, BEA, "9990000042"}
    assert not any(number in said["query"] for number in (ANN, BEA))


async def test_a_child_whose_part_failed_fails_alone() -> None:
    ann, cat = await Council().asked_about(ANN, CAT)
    assert (only(ann).names[0].family, cat) == ("Hill", Refused())


async def test_swapped_parts_are_neither_childs() -> None:
    council = Council()
    council.swaps = True
    assert await council.asked_about(ANN, BEA) == (Malformed("batch"),) * 2


PERSON: Final = {"nhs": ANN, "surname": "Hill", "dob": "2015-03-09"}
MINE: Final = {"c0_people": [PERSON], "c0_total": 1}


async def test_a_child_whose_part_did_not_come_is_not_said_to_be_unknown() -> None:
    parts: tuple[dict[str, Any], ...] = ({}, {"c1_people": []}, {"c1_total": 0})
    for part in parts:
        ann, bea = await told({"data": {**MINE, **part}})
        assert (only(ann).names[0].family, bea) == ("Hill", Malformed("data"))


async def test_a_child_of_whom_the_agency_has_more_is_not_cut_short() -> None:
    ann, bea = await told({"data": {**MINE, "c0_total": 2, "c1_people": [], "c1_total": 0}})
    assert isinstance(ann, Records)
    assert not ann.whole
    assert bea == NoRecord()


@pytest.mark.parametrize(
    "errors",
    [
        [{"message": "no"}],
        [{"path": ["c2_people"]}],
        [{"path": ["people"]}],
        [{"path": []}],
        [{"path": "c0_people"}],
        ["no"],
        {},
        "no",
    ],
)
async def test_an_error_that_is_nobodys_is_everybodys(errors: Any) -> None:
    whole = {**MINE, "c1_people": [], "c1_total": 0}
    assert await told({"data": whole, "errors": errors}) == (Malformed("errors"),) * 2


async def test_a_value_that_a_router_made_null_leaves_nobody_absent() -> None:
    whole = {**MINE, "c1_people": [], "c1_total": 0}
    made_null = {"valueCompletion": [{"path": ["c1_people"]}]}
    assert await told({"data": whole, "extensions": made_null}) == (Malformed("errors"),) * 2


async def test_a_server_that_is_down_is_down_for_each() -> None:
    down = Unavailable(Fault.SERVER_ERROR, None, 503)
    assert await told({}, status=503) == (down, down)
