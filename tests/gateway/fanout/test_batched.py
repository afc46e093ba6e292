"""Children asked about in one request reach an agency as one, each with an entry of their own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from gateway.audit.reports.reconciliation import read_calls, reconcile
from tests.support.agencies import MIRA, NATIONAL, TEST_CHILD, SourceFile, is_check
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, REASON, Answer, Town, small_town

BULK: Final = replace(PRACTITIONER, roles=frozenset({"practitioner", "bulk"}))
NOOR: Final = {**MIRA, "id": "p-2", "nhs": "9990000018", "family": "Vale", "given": "Noor"}
LENA: Final = {**MIRA, "id": "p-3", "nhs": "9990000026", "family": "Okoro", "given": "Lena"}
QUERY: Final = """
query Ask($known: [KnownDetails!]!, $reason: AccessReason!, $scope: Scope) {
  children(known: $known, reason: $reason, scope: $scope) {
    receipt { index queryId }
    answers { agency { id } outcome attempts }
    child { names { family } }
  }
}
"""
OPERATION: Final = """
[[operation]]
name = "by-number"
path = "/children/{nhs_number}"
conclusive = true
records = "body.children"
total = "body.total"
batch = { as = "post-ids", max = 2, path = "/search", ids = "numbers" }
  [operation.map]
  record_id = "id"
  nhs_number = "nhs"
  family_name = "family"
  given_names = "given"
  birth_date = "born"
"""

ROOMIER: Final = OPERATION.replace("max = 2", "max = 3")


@dataclass(slots=True)
class School:
    """Answers for several numbers at once and for one; `asked` are the numbers of each request.

    `checks` are what the headers of those about several say of a test child.
    """

    children: tuple[Mapping[str, Any], ...] = (MIRA, NOOR)
    asked: list[list[str]] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        alone = request.method == "GET"
        numbers = [request.path.rsplit("/")[-1]] if alone else (await request.json())["numbers"]
        if is_check(request):
            return web.json_response({"children": [TEST_CHILD], "total": 1})
        self.asked.append(numbers)
        self.checks += request.headers.getall("X-Teamaround-Check", [])
        indexes, ids = (request.headers[f"X-Teamaround-{n}"] for n in ("Log-Index", "Query"))
        self.logged.append(f'"{indexes}","{ids}"')
        found = [each for each in self.children if each["nhs"] in numbers]
        return web.json_response({"children": found, "total": len(found)})


@asynccontextmanager
async def town_of(folder: Path, school: School, **changes: Any) -> AsyncIterator[Town]:
    async with serving(school.answer) as url:
        where = f'base_url = "{url}"\nbulk_roles = ["bulk"]'
        source = SourceFile("school", "rest", where, OPERATION, (url,), claims=NATIONAL)
        async with small_town(folder, [source.with_(**changes)], questions__deadline=50) as town:
            yield town


async def asked_about(town: Town, *children: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = [{"nhsNumber": each["nhs"], "birthDate": each["born"]} for each in children]
    variables = {"known": known, "reason": REASON, "scope": {"agencies": ["school"]}}
    answer: Answer = await town.post({"query": QUERY, "variables": variables}, town.headers(BULK))
    assert "errors" not in answer.body, answer.text
    found: list[dict[str, Any]] = answer.body["data"]["children"]
    return found


def outcomes(answers: list[dict[str, Any]]) -> list[str]:
    return [row["outcome"] for each in answers for row in each["answers"]]


async def test_two_children_of_one_request_are_asked_about_in_one(tmp_path: Path) -> None:
    school = School()
    async with town_of(tmp_path, school) as town:
        mira, noor = await asked_about(town, MIRA, NOOR)
    assert school.asked == [[MIRA["nhs"], NOOR["nhs"]]]
    assert outcomes([mira, noor]) == ["HAS_RECORD", "HAS_RECORD"]
    families = [each["child"]["names"][0]["family"] for each in (mira, noor)]
    assert families == ["Ashdown", "Vale"]
    assert [each["answers"][0]["attempts"] for each in (mira, noor)] == [1, 1]


async def test_a_third_child_is_asked_about_beyond_what_the_agency_takes_at_once(
    tmp_path: Path,
) -> None:
    school = School()
    async with town_of(tmp_path, school) as town:
        answers = await asked_about(town, MIRA, NOOR, LENA)
    assert sorted(map(sorted, school.asked)) == [[MIRA["nhs"], NOOR["nhs"]], [LENA["nhs"]]]
    assert outcomes(answers) == ["HAS_RECORD", "HAS_RECORD", "NO_RECORD"]


async def test_a_child_left_out_beside_somebody_elses_record_is_not_said_to_be_unknown(
    tmp_path: Path,
) -> None:
    school = School()

    async def wrong(request: web.Request) -> web.StreamResponse:
        await school.answer(request)
        return web.json_response({"children": [MIRA, LENA], "total": 2})

    async with (
        serving(wrong) as url,
        town_of(
            tmp_path, school, where=f'base_url = "{url}"\nbulk_roles = ["bulk"]', origins=(url,)
        ) as town,
    ):
        answers = await asked_about(town, MIRA, NOOR)
    assert outcomes(answers) == ["HAS_RECORD", "INVALID_RESPONSE"]


async def test_the_agencys_log_lists_every_childs_entry_and_adds_up(tmp_path: Path) -> None:
    school, day = School(), timedelta(days=1)
    async with town_of(tmp_path, school) as town:
        answers = await asked_about(town, MIRA, NOOR)
        calls = read_calls("\n".join(["log_index,query_id", *school.logged]))
        log, now = town.pipeline.publication.log, datetime.now(UTC)
        found = await reconcile(log, "school", calls, now - day, now + day)
    receipts = {(int(a["receipt"]["index"]), a["receipt"]["queryId"]) for a in answers}
    assert {(call.index, call.query_id) for call in calls} == receipts
    assert (len(receipts), found.matched, found.unlogged, found.unseen) == (2, 2, (), ())


async def test_the_test_child_goes_along_as_the_last_and_the_headers_say_so(
    tmp_path: Path,
) -> None:
    school = School(children=(NOOR, TEST_CHILD))
    async with town_of(tmp_path, school, operations=ROOMIER) as town:
        answers = await asked_about(town, MIRA, NOOR)
    assert school.asked == [[MIRA["nhs"], NOOR["nhs"], TEST_CHILD["nhs"]]]
    assert outcomes(answers) == ["NO_RECORD", "HAS_RECORD"]
    first, second = (each["receipt"]["queryId"] for each in answers)
    assert school.logged[0].split('","')[1] == f'{first}, {second}, {first}"'
    assert school.checks == ["test-child-last"]


async def test_an_agency_that_finds_nobody_together_is_not_believed_though_it_does_alone(
    tmp_path: Path,
) -> None:
    school = School()

    async def wrong(request: web.Request) -> web.StreamResponse:
        whole = await school.answer(request)
        found = {"children": [], "total": 0}
        return whole if request.method == "GET" else web.json_response(found)

    async with (
        serving(wrong) as url,
        town_of(
            tmp_path,
            school,
            where=f'base_url = "{url}"\nbulk_roles = ["bulk"]',
            origins=(url,),
            operations=ROOMIER,
        ) as town,
    ):
        answers = await asked_about(town, MIRA, LENA)
    assert outcomes(answers) == ["HAS_RECORD", "NO_RECORD"]
    assert school.asked[1:] == [[MIRA["nhs"]], [LENA["nhs"]]]


async def test_one_child_is_asked_about_as_ever(tmp_path: Path) -> None:
    school = School()
    async with town_of(tmp_path, school) as town:
        await asked_about(town, MIRA)
    assert school.asked == [[MIRA["nhs"]]]
    assert len(school.logged[0].split(",")) == len(["index", "query"])
