"""What a practitioner's screen shows, whichever client its developers chose.

Each recipe is the code of its page (docs/front-end), run with the client's real package.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.agencies import MIRA
from tests.support.clients.screens import (
    CASES,
    CUTS,
    NOAH,
    REFUSALS,
    TWO,
    WHY,
    Case,
    Shown,
    shown_by,
    street,
    workshop,
)

IN_PARTS: Final = ("apollo-client-3", "apollo-client-4", "urql", "relay", "tanstack-query", "fetch")
CLIENTS: Final = (*IN_PARTS, "graphql-request")
CACHES: Final = (
    "Apollo Client 3 by default",
    "Apollo Client 4 by default",
    "urql by default",
    "urql with graphcache",
)
WARNED: Final = {
    "urql by GET": TWO,
    "graphql-request by default": Case("503", before="full"),
    "TanStack Query by default": Case("503", before="full"),
}
BROKEN: Final = "The answer broke off. What is not shown here is not known."
SAYS: Final[Mapping[str, str]] = {
    "401": "(UNAUTHENTICATED)",
    "403": "(PURPOSE_NOT_ENTITLED)",
    "400": "(VARIABLES_INVALID)",
    "429": "(TOO_MANY_CHILDREN_ASKED) Ask again in ",
    "503": "(BUSY) Ask again in 1 seconds.",
}
SECRETS: Final = (MIRA["nhs"], MIRA["born"], MIRA["family"], MIRA["upn"], WHY)
Screens = Mapping[str, Mapping[str, Shown]]

each_client = pytest.mark.parametrize("client", CLIENTS)
each_in_parts = pytest.mark.parametrize("client", IN_PARTS)
each_cut = pytest.mark.parametrize("cut", CUTS)
each_refusal = pytest.mark.parametrize("refusal", [case.name for case in REFUSALS])


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> Screens:
    """Every recipe in every case, and what clients do without one; skips where there is no Node."""
    return asyncio.run(_all(tmp_path_factory.mktemp("clients")))


async def _all(folder: Path) -> Screens:
    shop = workshop(folder / "shop")
    (folder / "town").mkdir()
    async with street(folder / "town") as there:
        by_recipe = {
            client: await shown_by(there, str(shop / _recipe(client)), _cases(client))
            for client in CLIENTS
        }
        by_default = {
            client: await shown_by(there, f"{shop / 'defaults.mjs'}#{client}", [case])
            for client, case in {**dict.fromkeys(CACHES, TWO), **WARNED}.items()
        }
    return by_recipe | by_default


def _recipe(client: str) -> Path:
    return Path("apollo-3" if client == "apollo-client-3" else ".") / f"{client}.mjs"


def _cases(client: str) -> list[Case]:
    return [case if client in IN_PARTS else case.in_one_piece for case in CASES]


@each_client
@pytest.mark.parametrize("case", ["direct", "trickle", "streamed"])
def test_every_agency_stands_on_the_screen_in_the_end(
    screens: Screens, client: str, case: str
) -> None:
    last = screens[client][case].last
    assert last["rows"], screens[client][case]
    assert [row.split(":")[0] for row in sorted(last["rows"])] == EVERYBODY
    assert all("has a record; Jo Hart, Social worker" in row for row in last["rows"])
    assert (last["restriction"], last["problem"]) == ("No restriction known", None)
    assert last["completeness"].startswith("Complete: 3 of 3 agencies answered.")


JO, NOAHS = "Jo Hart", str(NOAH["workers"][0]["name"])
EVERYBODY: Final = ["Agency quick", "Agency slow", "Agency spine"]


@each_in_parts
def test_two_agencies_are_there_while_the_third_is_awaited(screens: Screens, client: str) -> None:
    waiting = [s for s in screens[client]["streamed"].states[0] if len(s["rows"]) == 2]
    assert waiting
    assert all(not state["whole"] and state["problem"] is None for state in waiting)
    assert not any("Agency slow" in row for row in waiting[0]["rows"])
    assert waiting[0]["waitingFor"] == ["Agency slow"]
    assert any(state["waitingFor"] == EVERYBODY for state in screens[client]["streamed"].states[0])


@each_client
@each_cut
def test_a_broken_line_is_told_as_broken_and_what_came_stays(
    screens: Screens, client: str, cut: str
) -> None:
    states = screens[client][cut].states[0]
    assert states[-1]["problem"] == BROKEN
    assert not any(state["whole"] for state in states)
    assert [len(s["rows"]) for s in states] == sorted(len(s["rows"]) for s in states)
    assert states[-1]["rows"] or client not in IN_PARTS or "rows" not in cut


@each_client
@each_refusal
def test_a_refusal_is_shown_as_itself_and_never_as_no_record(
    screens: Screens, client: str, refusal: str
) -> None:
    states = screens[client][refusal].states[0]
    assert SAYS.get(refusal, "(NOT_FROM_THE_GATEWAY)") in states[-1]["problem"]
    assert all(state["rows"] == [] and not state["whole"] for state in states)
    assert "no record" not in str(states).lower()


@each_client
def test_each_wrong_input_is_told(screens: Screens, client: str) -> None:
    problem = screens[client]["400"].last["problem"]
    assert "known.nhsNumber" in problem
    assert "known.birthDate" in problem


@each_client
def test_of_two_children_each_screen_shows_its_own_alone(screens: Screens, client: str) -> None:
    assert _whose(screens[client][TWO.name]) == [{JO}, {NOAHS}]


@pytest.mark.parametrize("cache", CACHES)
def test_not_even_a_cache_as_it_comes_mixes_two_children(screens: Screens, cache: str) -> None:
    assert _whose(screens[cache][TWO.name]) == [{JO}, {NOAHS}]


@each_client
def test_each_question_is_one_post_whose_url_holds_nothing(screens: Screens, client: str) -> None:
    for case in CASES:
        if case.fault != "direct" and case.name in screens[client]:
            seen = screens[client][case.name].seen
            assert [(s.method, s.query) for s in seen] == [("POST", "")] * len(case.children)


@each_client
def test_nothing_of_the_question_is_in_an_error_a_key_a_store_or_on_the_console(
    screens: Screens, client: str
) -> None:
    for name, shown in screens[client].items():
        traces = "\n".join([*shown.errors, *shown.said, *shown.kept, shown.held])
        assert [secret for secret in SECRETS if secret in traces] == [], name
        assert shown.kept == [], name


@each_in_parts
def test_who_leaves_the_page_ends_the_request(screens: Screens, client: str) -> None:
    assert screens[client]["leaves"].left
    assert screens[client]["leaves"].last["problem"] is None


def test_what_the_pages_warn_of_happens_to_who_does_not_follow_them(screens: Screens) -> None:
    by_urql = screens["urql by GET"][TWO.name].seen[0]
    assert (by_urql.method, MIRA["nhs"] in by_urql.query) == ("GET", True)
    (error,) = screens["graphql-request by default"]["503"].errors
    assert MIRA["nhs"] in error
    by_tanstack = screens["TanStack Query by default"]["503"]
    assert len(by_tanstack.seen) == 4
    assert MIRA["nhs"] in by_tanstack.held


def _whose(shown: Shown) -> list[set[str]]:
    """For each screen, the workers whom its rows name; a row that names neither is its own text."""
    return [
        {next((one for one in (JO, NOAHS) if one in row), row) for row in _rows(view)}
        for view in shown.states
    ]


def _rows(view: list[dict[str, Any]]) -> list[str]:
    return [row for state in view for row in state["rows"]]
