"""Several children in one request: each has the answer that names them, and nobody another's."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from aiohttp import web

from adapters.contract.contract import (
    Fault,
    Malformed,
    NoRecord,
    Records,
    Reply,
    Unavailable,
    settled,
)
from tests.support.adapters.asking import manifest_text, only, opened
from tests.support.adapters.batches import (
    ANN,
    BEA,
    BULK,
    BUNDLED,
    CAT,
    NHS,
    POSTED,
    child,
    many,
)
from tests.support.loopback import Handler, serving

STRANGER: Final = "9990000042"


async def posted(
    answer: Mapping[str, Any], *numbers: str, status: int = 200, total: bool = True
) -> tuple[Reply, ...]:
    async def handler(request: web.Request) -> web.Response:
        assert (request.path, await request.json()) == (
            "/children/search",
            {"numbers": list(numbers)},
        )
        return web.json_response(answer, status=status)

    text = manifest_text("rest", "{}", POSTED if total else UNCOUNTED, BULK)
    async with serving(handler) as base, opened(text.replace("{}", base, 1)) as adapter:
        return await many(adapter, *numbers)


UNCOUNTED = POSTED.replace('total = "body.total"\n', "")


async def test_two_children_are_told_apart_by_what_their_records_say() -> None:
    ann, bea = await posted({"children": [child(BEA, "Vale"), child(ANN)], "total": 2}, ANN, BEA)
    assert (only(ann).names[0].family, only(bea).names[0].family) == ("Hill", "Vale")


async def test_a_child_whom_a_whole_answer_leaves_out_was_not_found() -> None:
    ann, bea = await posted({"children": [child(ANN)], "total": 1}, ANN, BEA)
    assert (only(ann).names[0].family, bea) == ("Hill", NoRecord())


async def test_an_answer_cut_short_says_nothing_of_whoever_it_leaves_out() -> None:
    ann, bea = await posted({"children": [child(ANN)], "total": 2}, ANN, BEA)
    assert isinstance(ann, Records)
    assert bea == Malformed("cut")
    assert [ann.whole, settled(ann), settled(bea)] == [False, False, False]


@pytest.mark.parametrize(
    ("said", "bea"),
    [
        ({}, NoRecord(whole=False)),
        ({"hasMore": False}, NoRecord()),
        ({"next": None}, NoRecord()),
        ({"hasMore": True}, Malformed("cut")),
        ({"next": "/children?page=2"}, Malformed("cut")),
        ({"count": 2}, Malformed("cut")),
    ],
)
async def test_an_answer_that_does_not_show_its_end_leaves_nobody_absent(
    said: Mapping[str, Any], bea: Reply
) -> None:
    answer = {"children": [child(ANN)], **said}
    found, left_out = await posted(answer, ANN, BEA, total=False)
    assert isinstance(found, Records)
    assert left_out == bea
    assert settled(left_out) == (bea == NoRecord())


@pytest.mark.parametrize("strange", [child(STRANGER), child("12"), {"family": "Hill"}])
async def test_beside_a_record_of_nobody_asked_for_an_absence_is_not_believed(
    strange: Mapping[str, Any],
) -> None:
    ann, bea = await posted({"children": [child(ANN), strange], "total": 2}, ANN, BEA)
    assert (only(ann).names[0].family, bea) == ("Hill", Malformed("batch"))


async def test_one_childs_broken_record_is_that_childs_alone() -> None:
    broken = child(BEA, born=["2015"])
    ann, bea, cat = await posted({"children": [broken, child(ANN)], "total": 2}, ANN, BEA, CAT)
    assert (only(ann).names[0].family, bea, cat) == ("Hill", Malformed("record"), NoRecord())


async def test_a_child_answered_twice_has_both_records() -> None:
    ann, bea = await posted(
        {"children": [child(ANN), child(BEA), child(ANN, "Hall")], "total": 3}, ANN, BEA
    )
    assert isinstance(ann, Records)
    assert [one.names[0].family for one in ann.records] == ["Hill", "Hall"]
    assert len(only(bea).names) == 1


async def test_who_was_meant_by_nobody_here_is_not_known() -> None:
    assert await posted({"code": "NO_SUCH_CHILD"}, ANN, BEA) == (Malformed("batch"),) * 2


@pytest.mark.parametrize(
    ("answer", "status", "reply"),
    [
        ({"code": "TOO_MANY"}, 200, Malformed("batch")),
        ({"error": "?"}, 404, Malformed("status")),
        ({}, 503, Unavailable(Fault.SERVER_ERROR, None, 503)),
        ({"children": [child(ANN)] * 7, "total": 7}, 200, Malformed("batch")),
    ],
)
async def test_what_fails_for_the_request_fails_for_each(
    answer: Mapping[str, Any], status: int, reply: Reply
) -> None:
    assert await posted(answer, ANN, BEA, status=status) == (reply, reply)


def patient(number: str, family: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": number,
        "identifier": [{"system": NHS, "value": number}],
        "name": [{"family": family}],
        "birthDate": "2015-03-09",
    }


def searched(*patients: dict[str, Any], status: str = "200 OK") -> dict[str, Any]:
    entries = [{"resource": one} for one in patients]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return {"response": {"status": status}, "resource": {**bundle, "entry": entries}}


def failed(status: str) -> dict[str, Any]:
    issue = [{"severity": "error", "code": "exception"}]
    outcome = {"resourceType": "OperationOutcome", "issue": issue}
    return {"response": {"status": status, "outcome": outcome}}


def engine(*entries: Any, asked: list[Any] | None = None) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        if asked is not None:
            asked.append(await request.json())
        told = {"resourceType": "Bundle", "type": "batch-response", "entry": list(entries)}
        return web.json_response(told, content_type="application/fhir+json")

    return handler


async def bundled(*entries: Any, asked: list[Any] | None = None) -> tuple[Reply, ...]:
    async with serving(engine(*entries, asked=asked)) as base:
        text = manifest_text("fhir", base, BUNDLED, BULK)
        async with opened(text) as adapter:
            return await many(adapter, ANN, BEA)


async def test_two_children_are_searched_for_by_one_bundle() -> None:
    asked: list[Any] = []
    ann, bea = await bundled(searched(patient(ANN, "Hill")), searched(), asked=asked)
    assert (only(ann).names[0].family, bea) == ("Hill", NoRecord())
    (bundle,) = asked
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "batch")
    urls = [entry["request"]["url"] for entry in bundle["entry"]]
    assert [url.split("%7C")[1] for url in urls] == [ANN, BEA]
    assert all(url.startswith("Patient?identifier=") for url in urls)


async def test_an_entry_that_failed_is_that_childs_alone() -> None:
    ann, bea = await bundled(failed("503 Service Unavailable"), searched(patient(BEA, "Vale")))
    assert ann == Unavailable(Fault.SERVER_ERROR, None, 503)
    assert only(bea).names[0].family == "Vale"


async def test_an_entry_of_another_child_is_not_believed_nor_is_an_absence_beside_it() -> None:
    assert await bundled(searched(patient(BEA, "Vale")), searched()) == (Malformed("batch"),) * 2


@pytest.mark.parametrize(
    ("beside", "absent"),
    [
        (lambda her, _: {"archived": [her]}, False),
        (lambda her, _: {"merged": {"2019": {"closed": [her]}}}, False),
        (lambda her, _: {"child": her}, False),
        (lambda _, other: {"archived": [other]}, True),
        (lambda *_: {}, True),
    ],
)
async def test_a_child_who_stands_elsewhere_in_her_entry_is_not_absent(
    beside: Callable[[Any, Any], dict[str, Any]], *, absent: bool
) -> None:
    aside = searched()
    aside["resource"] |= beside(patient(BEA, "Vale"), patient(STRANGER, "Vale"))
    ann, bea = await bundled(searched(patient(ANN, "Hill")), aside)
    assert only(ann).names[0].family == "Hill"
    assert isinstance(bea, NoRecord)
    assert bea.whole is absent


async def test_swapped_entries_are_neither_childs() -> None:
    swapped = (searched(patient(BEA, "Vale")), searched(patient(ANN, "Hill")))
    assert await bundled(*swapped) == (Malformed("batch"),) * 2


@pytest.mark.parametrize(
    "entries",
    [
        (searched(),),
        (searched(), searched(), searched()),
        (searched(), {"resource": {}}),
        (searched(), failed("fine")),
        (searched(), None),
    ],
)
async def test_a_bundle_whose_places_do_not_fit_proves_nothing(entries: tuple[Any, ...]) -> None:
    assert await bundled(*entries) == (Malformed("batch"),) * 2


async def test_an_agency_that_is_too_slow_for_one_is_too_slow_for_all() -> None:
    async def never(_: web.Request) -> web.Response:
        raise web.HTTPServiceUnavailable

    text = manifest_text("fhir", "{}", BUNDLED, BULK)
    async with serving(never) as base, opened(text.replace("{}", base, 1)) as adapter:
        late = await many(adapter, ANN, BEA, timeout_s=0.0)
    assert late == (Unavailable(Fault.TIMED_OUT),) * 2
