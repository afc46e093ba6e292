"""Whoever looks after a source reads why its answers failed, and nobody reads what was in them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from adapters.contract.contract import Cause, Fault, Malformed, NoRecord, Refused, Unavailable
from gateway.fanout.failures import KEPT, RecentFailures
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.gateway.registering import GOVERNANCE, OPERATOR, say
from tests.support.gateway.terminal import typed
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, Town, small_town

FAILURES = """
{ sources { id health { failures { outcome rule place shape count at } } } }
"""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def recent(shows: list[float]) -> RecentFailures:
    return RecentFailures("roll", Clock(now=lambda: NOON, monotonic=lambda: shows[0]))


async def seen(town: Town, caller: Caller) -> dict[str, Any]:
    said = await say(town, caller, FAILURES)
    return {one["id"]: one["health"]["failures"] for one in said.body["data"]["sources"]}


async def test_an_answer_that_could_not_be_read_is_explained_to_its_operators_alone(
    tmp_path: Path,
) -> None:
    async def renamed(_request: web.Request) -> web.Response:
        return web.json_response({"results": [MIRA], "total": 1})

    async with serving(AgencyServer().answer) as spine, serving(renamed) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), rest_source("roll", url)]
        async with small_town(tmp_path, sources) as town:
            assert (await town.ask()).outcomes["roll"] == "INVALID_RESPONSE"
            assert (await seen(town, PRACTITIONER))["roll"] is None
            assert (await seen(town, GOVERNANCE))["roll"] is None
            shown = await seen(town, OPERATOR)
            status, told = await typed(town, tmp_path, OPERATOR, "source", "list", "--failures")
    (failure,) = shown["roll"]
    assert shown["spine"] == []
    assert failure.pop("at")
    assert failure == {
        "outcome": "INVALID_RESPONSE",
        "rule": "records",
        "place": "operation.by-number.records",
        "shape": "status 200; body: object, 2 other keys, without children",
        "count": 1,
    }
    assert status == 0
    assert "roll: INVALID_RESPONSE: records" in told
    assert "write the path that the system has now" in told
    assert "Mira" not in told


async def test_another_childs_record_is_a_failure_that_is_told_as_such(tmp_path: Path) -> None:
    async def another(_request: web.Request) -> web.Response:
        other = {**MIRA, "nhs": "9000000017", "upn": None, "family": "Low", "born": "2011-01-02"}
        return web.json_response({"children": [other], "total": 1})

    async with serving(AgencyServer().answer) as spine, serving(another) as url:
        sources = [rest_source("spine", spine, claims=AUTHORITY), rest_source("roll", url)]
        async with small_town(tmp_path, sources) as town:
            assert (await town.ask()).outcomes["roll"] == "INVALID_RESPONSE"
            (failure,) = (await seen(town, OPERATOR))["roll"]
    assert (failure["rule"], failure["place"]) == ("another_child", "operation.by-number")


async def test_a_refusal_and_a_connection_that_fails_are_told_apart(tmp_path: Path) -> None:
    async def refusing(_request: web.Request) -> web.Response:
        return web.Response(status=403)

    async with serving(AgencyServer().answer) as spine, serving(refusing) as url:
        sources = [
            rest_source("spine", spine, claims=AUTHORITY),
            rest_source("roll", url),
            rest_source("gone", "https://nobody.invalid"),
        ]
        async with small_town(tmp_path, sources) as town:
            with capture_logs() as events:
                assert (await town.ask()).outcomes["gone"] == "UNAVAILABLE"
            shown = await seen(town, OPERATOR)
    assert [(f["outcome"], f["rule"]) for f in shown["roll"]] == [("REFUSED", "refused")]
    assert [(f["outcome"], f["rule"]) for f in shown["gone"]] == [("UNAVAILABLE", "unknown_name")]
    (told,) = [one for one in events if one["event"] == "source_not_reached"]
    assert (told["source"], told["cause"]) == ("gone", "unknown_name")


def test_one_kind_of_failure_is_an_event_once_a_minute_however_often_it_happens() -> None:
    shows = [0.0]
    failures = recent(shows)
    with capture_logs() as events:
        for shows[0] in (0.0, 1.0, 59.0, 61.0):
            failures.note([Malformed("records", "operation.by-upn.records", "body: null")])
        failures.note([Malformed("total", "operation.by-upn.total")])
    assert [(one["rule"], one["place"]) for one in events] == [
        ("records", "operation.by-upn.records"),
        ("records", "operation.by-upn.records"),
        ("total", "operation.by-upn.total"),
    ]
    assert [one.count for one in failures.newest_first] == [1, 4]


@given(st.lists(st.integers(0, 30), max_size=200))
def test_the_last_ten_kinds_are_kept_and_none_of_them_twice(happened: list[int]) -> None:
    failures = recent([0.0])
    for number in happened:
        failures.note([NoRecord(), Malformed("records", f"operation.n{number}.records")])
    places = [one.place for one in failures.newest_first]
    newest = dict.fromkeys(f"operation.n{number}.records" for number in reversed(happened))
    assert places == list(newest)[:KEPT]


def test_why_a_call_failed_is_the_closest_word_that_is_known() -> None:
    failures = recent([0.0])
    failures.note([Refused("auth.token_url")])
    failures.note([Unavailable(Fault.CONNECTION, cause=Cause.CERTIFICATE_EXPIRED)])
    failures.note([Unavailable(Fault.SERVER_ERROR, status=503)])
    kept = [(one.rule, one.place, one.shape) for one in failures.newest_first]
    assert kept == [
        ("server_error", "", "status 503"),
        ("certificate_expired", "", ""),
        ("refused", "auth.token_url", ""),
    ]
