"""Documents that schemathesis makes from the schema find no failure, and under trust no answer.

`make laws` sends more of them than `make test`.
"""

import asyncio
import io
import json
import os
from functools import cache
from pathlib import Path
from typing import Any, Final

import schemathesis
from graphql import GraphQLSchema, print_schema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from gateway.graphql.root import build_schema
from gateway.graphql.types.scalars import SCALARS
from tests.support.edge import Edge, edge
from tests.support.gateway.trusted_gateway import trusted_gateway

DOCUMENTS: Final = int(os.environ.get("GENERATED_DOCUMENTS", "25"))
MARKER: Final = "Zyxwvut"


@cache
def documents(count: int) -> tuple[str, ...]:
    """As many documents of the schema, the same in every run."""
    for scalar in SCALARS.values():
        schemathesis.graphql.scalar(str(scalar.name), st.just(MARKER).map(nodes.String))
    schema: Any = schemathesis.graphql.from_file(io.StringIO(without_parts()))
    found: list[str] = []

    @settings(
        max_examples=count,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(schema.as_strategy())
    def collect(case: Any) -> None:
        found.append(case.body)

    collect()
    return tuple(found)


def without_parts() -> str:
    """The schema in words, but for @defer and @stream: schemathesis takes them for a mistake."""
    known: dict[str, Any] = {**build_schema()._schema.to_kwargs()}  # noqa: SLF001  # as the gateway executes it
    directives = [each for each in known["directives"] if each.name not in {"defer", "stream"}]
    return print_schema(GraphQLSchema(**{**known, "directives": directives}))


async def sent(gateway: Edge) -> list[tuple[int, str]]:
    """What comes back for each of them."""
    made = await asyncio.to_thread(documents, DOCUMENTS)
    said = [await gateway.send({"query": each}) for each in made]
    return [(one.status, one.text) for one in said]


async def test_no_document_that_fits_the_schema_fails_or_repeats_a_value(tmp_path: Path) -> None:
    async with edge(tmp_path) as gateway:
        answers = await sent(gateway)
        asked = list(gateway.agency_server.asked)
    assert len(answers) >= DOCUMENTS // 2
    for status, said in answers:
        assert status < 500 or "NOT_YET_AVAILABLE" in said, said
        assert '"INTERNAL"' not in said
        assert MARKER not in said
    assert asked == []


async def test_where_documents_have_to_be_trusted_none_of_them_is_answered(
    tmp_path: Path,
) -> None:
    async with trusted_gateway(tmp_path) as gateway:
        answers = await sent(gateway)
    assert answers
    assert {status for status, _ in answers} == {400}
    assert {json.loads(said)["errors"][0]["extensions"]["code"] for _, said in answers} == {
        "DOCUMENT_NOT_TRUSTED"
    }
