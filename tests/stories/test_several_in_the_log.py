"""What is told of several children in one request is in the log first, of each and in order."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp import web
from stdnum.gb import nhs

from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, SourceFile, rest_source
from tests.support.edge import logged
from tests.support.loopback import serving
from tests.support.town import PRACTITIONER, REASON, Town, small_town

BULK: Final = replace(PRACTITIONER, roles=frozenset({"practitioner", "bulk"}))
# More than one commit takes in one statement: 20 entries of each kind.
NUMBERS: Final = (str(n) for n in range(9990000018, 9999999999) if nhs.is_valid(str(n)))
CHILDREN: Final = tuple(
    {**MIRA, "nhs": number, "family": f"Ash{letter}"}
    for letter, number in zip("bcdefghijklmnopqrstu", NUMBERS, strict=False)
)
QUERY: Final = """
query Ask($known: [KnownDetails!]!, $reason: AccessReason!, $scope: Scope) {
  children(known: $known, reason: $reason, scope: $scope) {
    receipt { index queryId }
    answers { agency { id } outcome }
    child { names { family } }
  }
}
"""


async def asked(town: Town, children: tuple[Mapping[str, Any], ...]) -> tuple[int, str]:
    known = [{"nhsNumber": each["nhs"], "birthDate": each["born"]} for each in children]
    variables = {"known": known, "reason": REASON, "scope": None}
    said = await town.post({"query": QUERY, "variables": variables}, town.headers(BULK))
    return said.status, said.text


def register_at(url: str) -> SourceFile:
    where = f'base_url = "{url}"\nbulk_roles = ["bulk"]'
    return rest_source("spine", url, claims=AUTHORITY).with_(where=where)


async def test_a_class_is_in_the_log_child_by_child_in_the_order_asked(tmp_path: Path) -> None:
    async with serving(AgencyServer(CHILDREN).answer) as url:
        async with small_town(tmp_path, [register_at(url)], questions__deadline=50) as town:
            status, text = await asked(town, CHILDREN)
        entries = logged(tmp_path / "state")
    told = json.loads(text)["data"]["children"]
    assert status == 200, text
    assert [one["child"]["names"][0]["family"] for one in told] == [c["family"] for c in CHILDREN]
    ids = [one["receipt"]["queryId"] for one in told]
    by_kind = {
        kind: [entry["query_id"] for entry in entries if entry["kind"] == kind]
        for kind in ("INTENT", "RELEASE")
    }
    assert by_kind == {"INTENT": ids, "RELEASE": ids}
    assert [int(one["receipt"]["index"]) for one in told] == [
        place for place, entry in enumerate(entries) if entry["kind"] == "INTENT"
    ]


@pytest.mark.parametrize("lost_at", [1, len(CHILDREN)])
async def test_of_a_class_nothing_leaves_where_the_log_goes_away(
    tmp_path: Path, lost_at: int
) -> None:
    log, so_far = tmp_path / "state" / "audit.sqlite", [0]

    async def lose(_: web.Request) -> None:
        so_far[0] += 1
        if so_far[0] == lost_at:
            log.rename(log.with_name("away"))

    async with (
        serving(AgencyServer(CHILDREN, before=lose).answer) as url,
        small_town(tmp_path, [register_at(url)], questions__deadline=50) as town,
    ):
        status, text = await asked(town, CHILDREN)
    assert (status, json.loads(text)["errors"][0]["extensions"]["code"]) == (503, "LOG_UNAVAILABLE")
    assert not any(child["family"] in text or child["nhs"] in text for child in CHILDREN)
