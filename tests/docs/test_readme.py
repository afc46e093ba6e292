import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from graphql import parse, validate

from adapters.contract.codes import Claim, Purpose, ReleaseClass
from demo.badges import PRACTITIONER
from demo.population import register
from demo.processes.agency import NAMES
from demo.processes.borough import DOWN, Borough
from demo.processes.gateway_process import GatewayProcess
from gateway.graphql.root import build_schema
from resolvers.outcome import Outcome
from tests.support.docs.pages import ROOT, blocks, rows, text

README = text("README.md")
CONCEPTS = text("docs/concepts.md")
EXAMPLES = sorted((ROOT / "docs/examples").glob("*.json"))
# Enough of the borough for the README's question; its other agencies take longer to start.
SMALL = (
    register.NHS_DEMOGRAPHICS,
    register.GP_RECORDS,
    register.NORTHBROOK_SCHOOLS,
    register.YOUTH_JUSTICE,
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who follows the README with the demo running."""

    url: str
    token: str

    async def posts(self, example: str, **headers: str) -> tuple[int, str]:
        body = (ROOT / "docs/examples" / example).read_bytes()
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        async with (
            aiohttp.ClientSession(headers={**sent, **headers}) as session,
            session.post(self.url, data=body) as response,
        ):
            return response.status, await response.text()


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        borough = stack.enter_context(Borough(state / "borough", agencies=SMALL))
        gateway = stack.enter_context(GatewayProcess(state / "gateway", borough.files, 0))
        yield Reader(gateway.url, gateway.token(PRACTITIONER.caller))


def test_the_query_and_its_variables_are_those_of_the_file_that_curl_sends() -> None:
    sent = json.loads(text("docs/examples/first-question.json"))
    assert sent["query"] == blocks(README, "graphql")[0]
    assert sent["variables"] == json.loads(blocks(README, "json")[0])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_fits_the_schema(example: Path) -> None:
    query = json.loads(example.read_text("utf-8"))["query"]
    assert validate(build_schema()._schema, parse(query)) == []  # noqa: SLF001  as the gateway does
    assert f"@docs/examples/{example.name}" in README


async def test_a_reader_who_asks_the_first_question_sees_what_the_readme_shows(
    reader: Reader,
) -> None:
    status, body = await reader.posts("first-question.json")
    answer = json.loads(body)
    told = {row["agency"]["name"]: row for row in answer["data"]["child"]["answers"]}
    assert (status, answer.get("errors")) == (200, None)
    assert _shape(json.loads(blocks(README, "json")[1])) <= _shape(answer)
    assert told["NHS demographics"]["outcome"] == "HAS_RECORD"
    assert told["Northbrook Youth Justice"]["outcome"] == "UNAVAILABLE"
    assert told["Northbrook Youth Justice"]["ring"]["telephone"]


async def test_a_reader_who_streams_gets_the_receipt_first_and_completeness_last(
    reader: Reader,
) -> None:
    status, body = await reader.posts("streamed-question.json", Accept="multipart/mixed")
    parts = [part.partition("\r\n\r\n")[2] for part in body.split("\r\n---")[1:]]
    payloads = [json.loads(part) for part in parts if part.strip()]
    assert status == 200
    assert payloads[0]["data"]["child"]["receipt"]["log"]
    assert [payload["hasNext"] for payload in payloads][-1] is False
    assert "completeness" in json.dumps(payloads[-1])


def test_the_readme_counts_the_agencies_of_the_whole_borough() -> None:
    shown = json.loads(blocks(README, "json")[1])["data"]["child"]["completeness"]
    counts = {"inScope": len(NAMES), "answered": len(NAMES) - len(DOWN), "unanswered": len(DOWN)}
    assert shown | counts | {"notAsked": 0} == shown


def test_every_outcome_stands_in_the_readme_with_what_to_show() -> None:
    table = [cells[0] for cells in rows(README) if cells[0].isupper()]
    assert sorted(table) == sorted(Outcome)


def test_every_release_class_and_claim_stands_in_the_concepts() -> None:
    first = {cells[0].strip("`") for cells in rows(CONCEPTS)}
    assert first >= {*ReleaseClass, *Claim}


def test_every_purpose_stands_in_the_glossary() -> None:
    glossary = text("docs/glossary.md")
    assert all(purpose.value in glossary for purpose in Purpose)


def _shape(value: Any, path: str = "") -> set[str]:
    """The paths of a JSON value; what the README leaves out as "..." has none below it."""
    if isinstance(value, dict):
        inner = (_shape(item, f"{path}.{key}") for key, item in value.items() if key != "...")
        return {path}.union(*inner)
    if isinstance(value, list):
        return {path}.union(*(_shape(item, f"{path}[]") for item in value if item != "..."))
    return {path}
