"""Families see who looked, once it may be seen; and learn nothing else from asking."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.contract.codes import Purpose
from adapters.contract.identifiers import NhsNumber
from gateway.audit.store.contract import READ_BOUND
from gateway.model.account import Account
from gateway.model.inquiry import Known
from gateway.oversight.families.accesses import AccessPosition, ShownAccess, numbered
from gateway.oversight.families.api import READ_S
from tests.support.agencies import AUTHORITY, MIRA
from tests.support.audit.staff_children import ONE as ANOTHER
from tests.support.audit.staff_children import mira
from tests.support.edge import logged
from tests.support.families import (
    CHILD,
    DEADLINE_S,
    DISCLOSED,
    NOON,
    PARENT,
    Families,
    families,
    nodes,
)
from tests.support.town import PRACTITIONER

OTHER = replace(PRACTITIONER, user="o.fficer", organisation="police")
SPINE_TOO = (DISCLOSED, '{ agency = "spine", show = "now" }')
AFTER_90 = '{ organisation = "northbrook", show = "after", days = 90 }'
NEVER = '{ organisation = "northbrook", show = "never", basis = "DPA 2018, sch. 3" }'
AT_THE_TRIAL = '{ organisation = "northbrook", show = "after", event = "trial" }'
ELSEWHERE = '{ organisation = "southmere", show = "now" }'
EARLY_HELP = '{ organisation = "northbrook", show = "now", purposes = ["EARLY_HELP"] }'
THE_TRIAL = '{ name = "trial", on = 2027-01-10 }'


def refusal(answer: Any) -> str:
    return str(answer.body["errors"][0]["extensions"]["code"])


async def looked_up(at: Families) -> None:
    await at.practitioner_asks()
    at.sleep(days=1)


async def test_a_young_person_sees_which_organisation_looked_and_why(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        await looked_up(at)
        (seen,) = nodes(await at.who_looked({**CHILD, "birthdate": "2012-03-09"}))
    assert seen == {
        "at": "2026-11-23T12:00:00Z",
        "organisation": "northbrook",
        "role": "practitioner",
        "purpose": "SAFEGUARDING",
        "agencies": [],
    }


MORE = "{ accesses { edges { node { reference person contact { name telephone email } } } } }"


async def more(at: Families) -> list[dict[str, Any]]:
    return nodes(await at.town.post({"query": MORE}, at.headers(PARENT)))


async def test_each_look_has_a_reference_that_finds_it_in_the_log(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        await looked_up(at)
        (seen,) = await more(at)
        (intent,) = [e for e in logged(at.town.settings.files.state) if e["kind"] == "INTENT"][:1]
    assert seen["reference"] == intent["query_id"]


async def test_whom_a_family_may_ask_stands_beside_the_look(tmp_path: Path) -> None:
    async with families(tmp_path, (DISCLOSED, ELSEWHERE)) as at:
        await looked_up(at)
        await at.practitioner_asks(replace(PRACTITIONER, organisation="southmere"))
        at.sleep(days=1)
        elsewhere, seen = await more(at)
    assert elsewhere["contact"] is None
    assert seen["contact"] == {
        "name": "Information governance team",
        "telephone": "01632 960010",
        "email": "records@northbrook.example",
    }


async def test_looks_by_one_person_have_one_number_and_who_is_held_back_has_none(
    tmp_path: Path,
) -> None:
    async with families(tmp_path, (DISCLOSED, ELSEWHERE)) as at:
        for caller in (
            replace(PRACTITIONER, organisation="police", user="held.back"),
            PRACTITIONER,
            replace(PRACTITIONER, organisation="southmere"),
            replace(PRACTITIONER, user="s.other"),
        ):
            await at.practitioner_asks(caller)
            at.sleep(minutes=1)
        at.sleep(days=1)
        assert [seen["person"] for seen in await more(at)] == [2, 1, 1]


def test_linked_accounts_are_one_person() -> None:
    one, two, other = Account("a", "one"), Account("b", "two"), Account("a", "other")
    shown = [
        ShownAccess("q", account, NOON, "northbrook", None, Purpose.SAFEGUARDING, ())
        for account in (two, other, None, one)
    ]
    linked = {one: frozenset({one, two}), two: frozenset({one, two})}
    numbers = numbered(shown, lambda account: linked.get(account, frozenset({account})))
    assert numbers == {one: 1, two: 1, other: 2}


async def test_a_parent_sees_it_where_the_child_is_cleared_of_any_shield(tmp_path: Path) -> None:
    async with families(tmp_path, SPINE_TOO) as at:
        await looked_up(at)
        (seen,) = nodes(await at.who_looked(PARENT))
    assert seen["agencies"] == ["Agency spine"]
    assert "s.worker" not in str(seen)


async def test_what_was_asked_by_another_number_is_seen_where_hers_was_learned(
    tmp_path: Path,
) -> None:
    async with families(tmp_path) as at:
        await at.practitioner_asks(known={"upn": MIRA["upn"], "birthDate": MIRA["born"]})
        at.sleep(days=1)
        assert len(nodes(await at.who_looked(PARENT))) == 1


async def test_nothing_is_seen_on_the_day_itself(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        await at.practitioner_asks()
        answer = await at.who_looked(PARENT)
    assert nodes(answer) == []
    assert answer.body["data"]["accesses"]["availableFrom"] == "2026-11-24T00:00:00Z"


@pytest.mark.parametrize(
    ("asked_at", "seen_after"), [((0, 0), 24), ((15, 59), 9), ((16, 0), 32), ((23, 59), 25)]
)
async def test_nobody_sees_at_midnight_what_was_asked_that_evening(
    tmp_path: Path, asked_at: tuple[int, int], seen_after: int
) -> None:
    hour, minute = asked_at
    async with families(tmp_path) as at:
        at.now = at.now.replace(hour=hour, minute=minute)
        await at.practitioner_asks()
        at.sleep(hours=seen_after - 1)
        before = nodes(await at.who_looked(PARENT))
        at.sleep(hours=1)
        assert (before, len(nodes(await at.who_looked(PARENT)))) == ([], 1)


@pytest.mark.parametrize(
    ("rules", "events", "days", "seen"),
    [
        ((), "", 5000, 0),
        ((AFTER_90,), "", 89, 0),
        ((AFTER_90,), "", 90, 1),
        ((NEVER,), "", 5000, 0),
        ((DISCLOSED, NEVER), "", 5000, 0),
        ((AFTER_90, DISCLOSED), "", 89, 0),
        ((AT_THE_TRIAL,), "", 400, 0),
        ((AT_THE_TRIAL,), THE_TRIAL, 40, 0),
        ((AT_THE_TRIAL,), THE_TRIAL, 50, 1),
        ((ELSEWHERE,), "", 5000, 0),
        ((EARLY_HELP,), "", 5000, 0),
    ],
)
async def test_an_organisation_decides_when_its_questions_are_seen(
    tmp_path: Path, rules: tuple[str, ...], events: str, days: int, seen: int
) -> None:
    async with families(tmp_path, rules, events) as at:
        await at.practitioner_asks()
        at.sleep(days=days)
        grown_up = {**CHILD, "birthdate": "2013-11-23"}
        assert len(nodes(await at.who_looked(grown_up))) == seen


@pytest.mark.parametrize(
    ("about", "event", "seen"),
    [
        ("mira", "", 0),
        ("mira", "mira", 1),
        ("mira", "another", 0),
        ("another", "", 1),
    ],
)
async def test_what_waits_for_one_childs_inquest_is_that_childs_alone(
    tmp_path: Path, about: str, event: str, seen: int
) -> None:
    (tmp_path / "state").mkdir()
    named = {"mira": await mira(tmp_path / "state" / "epochs"), "another": ANOTHER}
    rule = (
        '{ organisation = "northbrook", show = "after", event = "inquest-over",'
        f' about = ["{named[about]}"] }}'
    )
    been = f'{{ name = "inquest-over", on = 2026-11-24, about = ["{named.get(event)}"] }}'
    async with families(tmp_path, (DISCLOSED, rule), been if event else "") as at:
        await at.practitioner_asks()
        at.sleep(days=3)
        assert len(nodes(await at.who_looked(PARENT))) == seen


def bare(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {"children": [{**claims, "parental_responsibility": "verified"}]}


async def test_none_held_back_unknown_and_unconfirmed_are_the_same_bytes(tmp_path: Path) -> None:
    async with families(tmp_path, (AFTER_90,)) as at:
        never_asked = await at.who_looked(PARENT)
        await at.practitioner_asks()
        held_back = await at.who_looked(PARENT)
        paged = await at.who_looked(PARENT, first=1)
        unknown = await at.who_looked(bare({**CHILD, "nhs_number": "9000000017"}))
        other = await at.who_looked(PARENT, known={"nhsNumber": "9000000017"})
        silent = await at.who_looked(PARENT, known={"sex": "FEMALE"})
    texts = {a.text for a in (never_asked, held_back, paged, unknown, other, silent)}
    assert len(texts) == 1


@pytest.mark.parametrize("restricted", ["Y", "unreadable"])
async def test_a_parent_of_a_child_who_is_or_may_be_shielded_sees_the_same_as_nothing(
    tmp_path: Path, restricted: str
) -> None:
    async with families(tmp_path, child={**MIRA, "restricted": restricted}) as at:
        before = await at.who_looked(PARENT)
        await at.practitioner_asks()
        at.now = at.now.replace(hour=13)
        after = await at.who_looked(PARENT)
        at.sleep(days=1)
        entries = logged(at.town.settings.files.state)
        assert nodes(await at.who_looked(PARENT)) == []
        assert len(nodes(await at.who_looked({**CHILD, "birthdate": "2012-03-09"}))) == 1
    assert before.text == after.text
    assert entries[-1]["kind"] == "REFUSAL"
    assert entries[-1]["detail"] == "ACCESSES_SHIELD_RESTRICTED"


async def test_an_answer_is_kept_until_a_whole_check_could_be_over(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        at.still_at = at.monotonic()
        await at.who_looked(PARENT)
        await at.who_looked(PARENT, known={"nhsNumber": "9000000017"})
        await at.who_looked({**CHILD, "birthdate": "2012-03-09"})
        read = [left - READ_S for left in at.waited]  # the log, which is read after the check
    assert read == pytest.approx([DEADLINE_S, DEADLINE_S, 0])


async def test_where_no_authority_clears_the_child_a_parent_sees_nothing(tmp_path: Path) -> None:
    silent = frozenset({claim for claim in AUTHORITY if claim.value != "shield_authority"})
    async with families(tmp_path, sources={"spine": {"claims": silent}}) as at:
        await looked_up(at)
        answer = await at.who_looked(PARENT)
        entries = logged(at.town.settings.files.state)
    assert nodes(answer) == []
    assert entries[-1]["detail"] == "ACCESSES_SHIELD_UNKNOWN"


async def test_a_shield_at_any_agency_anywhere_counts(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        await looked_up(at)
        # The council's records say nothing of a shield, so only the spine is asked.
        at.council.asked.clear()
        await at.who_looked(PARENT)
        assert at.council.asked == []


async def test_asking_the_authorities_is_logged_before_they_are_asked(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        await at.who_looked(PARENT)
        intent, look = logged(at.town.settings.files.state)
    assert (intent["kind"], look["kind"]) == ("INTENT", "AUDIT_SEARCH")
    assert intent["query_id"] == look["query_id"]
    assert intent["purpose"] == look["purpose"] == "SUBJECT_ACCESS"
    assert [group["ids"] for group in intent["agencies"]] == [["spine"]]
    assert look["detail"] == "ACCESSES"


async def test_nobody_sees_that_a_parent_looked(tmp_path: Path) -> None:
    rule = DISCLOSED.replace("northbrook", "family")
    async with families(tmp_path, (rule,)) as at:
        await at.who_looked(PARENT)
        at.sleep(days=2)
        assert nodes(await at.who_looked(PARENT)) == []
        assert nodes(await at.who_looked({**CHILD, "birthdate": "2012-03-09"})) == []


async def test_looks_of_a_parent_take_no_place_of_the_looks_that_a_child_may_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.oversight.families.api.MOST_READ", READ_BOUND)
    young = {**CHILD, "birthdate": "2012-03-09"}
    async with families(tmp_path) as at:
        await looked_up(at)
        before = nodes(await at.who_looked(young))
        known = Known(nhs_number=NhsNumber.parse(str(MIRA["nhs"])))
        recorder, parent = at.town.pipeline.recorder, replace(PRACTITIONER, user="parent")
        for _ in range(READ_BOUND // 50):
            looks = [recorder.looked(parent, known, "ACCESSES_SHIELD_UNKNOWN") for _ in range(50)]
            await asyncio.gather(*looks)
        assert nodes(await at.who_looked(young)) == before
    assert len(before) == 1


async def test_pages_count_only_what_is_shown(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        for hour in range(4):
            at.now = at.now.replace(hour=hour)
            await at.practitioner_asks()
            await at.practitioner_asks(OTHER)
        at.sleep(days=1)
        whole = nodes(await at.who_looked(PARENT))
        paged, after, more = [], None, True
        while more:
            answer = await at.who_looked(PARENT, first=1, after=after)
            paged += nodes(answer)
            info = answer.body["data"]["accesses"]["pageInfo"]
            after, more = info["endCursor"], info["hasNextPage"]
    assert {node["organisation"] for node in whole} == {"northbrook"}
    assert paged == whole
    assert len(whole) == 4


async def test_a_cursor_says_no_more_than_the_time_that_is_shown(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        await looked_up(at)
        answer = await at.who_looked(PARENT)
    (edge,) = answer.body["data"]["accesses"]["edges"]
    assert AccessPosition.read(edge["cursor"]) == AccessPosition(1795435200000000, 0)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {**CHILD, "identity_proofing_level": "P5"},
        CHILD,  # eleven years old
        {"children": [CHILD]},  # nobody verified the relation
        {"children": [{**CHILD, "parental_responsibility": "claimed"}]},
        {"children": [{"birthdate": "2015-03-09", "parental_responsibility": "verified"}]},
        bare({**CHILD, "birthdate": "2010-11-23"}),  # sixteen today
        bare({**CHILD, "birthdate": "2015"}),
        bare({**CHILD, "nhs_number": "9000000001"}),
        {"children": "all of them"},
    ],
)
async def test_a_token_that_does_not_verify_for_whom_it_speaks_is_refused(
    tmp_path: Path, claims: dict[str, Any]
) -> None:
    async with families(tmp_path) as at:
        await looked_up(at)
        answer = await at.who_looked(claims)
        entries = logged(at.town.settings.files.state)
    assert refusal(answer) == "ACCESSES_NOT_ALLOWED"
    assert (entries[-1]["kind"], entries[-1]["detail"]) == ("REFUSAL", "ACCESSES_NOT_ALLOWED")


async def test_a_parent_of_two_says_which_child_is_meant(tmp_path: Path) -> None:
    brother = {"nhs_number": "9000000017", "birthdate": "2017-01-02"}
    both = {"children": [*PARENT["children"], *bare(brother)["children"]]}
    async with families(tmp_path) as at:
        await looked_up(at)
        unsaid = await at.who_looked(both)
        hers = await at.who_looked(both, known={"birthDate": MIRA["born"], "familyName": "ASHDOWN"})
        his = await at.who_looked(both, known={"nhsNumber": "9000000017"})
    assert refusal(unsaid) == "KNOWN_DETAILS_TOO_FEW"
    assert (len(nodes(hers)), nodes(his)) == (1, [])


async def test_a_practitioner_is_refused_and_a_family_asks_nothing_else(tmp_path: Path) -> None:
    async with families(tmp_path) as at:
        body = {"query": "{ accesses { availableFrom } }"}
        now = await at.town.post(body, at.headers({"iss": "https://teamaround.example"}))
        question = {"query": "{ audit { checkpoint { size } } }"}
        log = await at.town.post(question, at.headers(PARENT))
    assert refusal(now) == "UNAUTHENTICATED"
    assert refusal(log) == "AUDIT_NOT_ALLOWED"


@pytest.mark.parametrize("level", ["P9", "P5"])
@pytest.mark.parametrize("written", ["{}", "nhs:{}", "900 000 0009", "urn:nhs/900-000-0009@portal"])
async def test_a_users_id_that_has_the_childs_number_never_reaches_the_log(
    tmp_path: Path, written: str, level: str
) -> None:
    claims = {**CHILD, **PARENT, "sub": written.format(MIRA["nhs"])}
    async with families(tmp_path) as at:
        answer = await at.who_looked({**claims, "identity_proofing_level": level})
        text = (at.town.settings.files.state / "audit.sqlite").read_bytes()
    assert refusal(answer) == "UNAUTHENTICATED"
    assert claims["sub"].encode() not in text


async def test_a_users_id_that_is_a_number_of_a_token_of_the_wrong_shape_is_refused(
    tmp_path: Path,
) -> None:
    async with families(tmp_path) as at:
        shaped: dict[str, Any] = {"nhs_number": int(str(MIRA["nhs"])), "children": "none"}
        answer = await at.who_looked({**CHILD, **shaped, "sub": MIRA["nhs"]})
    assert refusal(answer) == "UNAUTHENTICATED"


async def test_a_parent_who_looks_over_and_over_makes_nobody_ask_the_authorities(
    tmp_path: Path,
) -> None:
    async with families(tmp_path, limits__looks_per_hour=2) as at:
        for _ in range(2):
            assert nodes(await at.who_looked(PARENT)) == []
        asked = len(logged(at.town.settings.files.state))
        assert refusal(await at.who_looked(PARENT)) == "TOO_MANY_LOOKS"
        after = logged(at.town.settings.files.state)[asked:]
    assert [entry["kind"] for entry in after] == ["REFUSAL"]


async def test_one_look_a_request(tmp_path: Path) -> None:
    query = "{ a: accesses { availableFrom } b: accesses { availableFrom } }"
    async with families(tmp_path) as at:
        answer = await at.town.post({"query": query}, at.headers(PARENT))
    assert refusal(answer) == "ONE_QUESTION_ONLY"
