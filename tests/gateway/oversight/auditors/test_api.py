"""Auditors read all of the log, privacy officers their own agency's part, others nothing."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.audit.keys.pseudonym import Pseudonym
from gateway.audit.verify.key import VerifierKey
from gateway.audit.verify.receipt import ReceiptProof
from gateway.audit.verify.state import State, Trust
from tests.support.agencies import MIRA
from tests.support.audit.examples import asked
from tests.support.gateway.auditors import AUDITOR, OFFICER, asked_town, nodes, read
from tests.support.town import PRACTITIONER

NOTHING: Final = dict.fromkeys(
    ("user", "queryId", "firstEntry", "lastEntry", "given", "export"), None
)
STATE: Final = "{ audit { checkpoint { origin size note at witnessedBy } } }"


async def test_an_auditor_sees_who_asked_about_whom_and_why(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        found = nodes(await read(town, filter={"user": "s.worker"}))
    release, intent = found[0], found[-1]
    assert [release["kind"], intent["kind"]] == ["RELEASE", "INTENT"]
    why, cause = intent["justification"].split("\n")
    assert (why, intent["caseReference"]) == ("worried", "C-1")
    assert cause.startswith("OUT_OF_AREA ")
    assert {each["agency"] for each in release["agencies"]} == {"spine", "school"}
    assert all(each["released"] for each in release["agencies"])
    assert [each["id"] for each in found] == [f"entries/{each['index']}" for each in found]
    assert MIRA["nhs"] not in json.dumps(found)


async def test_a_child_is_found_however_it_was_asked_for(tmp_path: Path) -> None:
    by_name = {"givenNames": ["mira"], "familyName": "ASHDOWN", "birthDate": MIRA["born"]}
    async with asked_town(tmp_path) as town:
        await town.ask(by_name)
        for child in (by_name, {"upn": MIRA["upn"]}, {"nhsNumber": MIRA["nhs"]}):
            found = nodes(await read(town, filter={"child": child}))
            assert "s.worker" in {node["user"] for node in found}
            assert all(node["childPseudonyms"] for node in found)


async def test_a_search_says_under_which_epochs_it_could_not_look(tmp_path: Path) -> None:
    gone = Pseudonym(f"gone:{'5a' * 32}")
    async with asked_town(tmp_path) as town:
        await town.pipeline.publication.log.append(asked("q1", gone))
        about = await read(town, filter={"child": {"nhsNumber": MIRA["nhs"]}})
        other = await read(town, filter={"user": "s.worker"})
    assert about.body["data"]["audit"]["entries"]["epochsNotSearched"] == ["gone"]
    assert other.body["data"]["audit"]["entries"]["epochsNotSearched"] == []


async def test_every_look_into_the_log_is_in_the_log(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        found = await read(town, filter={"user": "s.worker", "child": {"upn": MIRA["upn"]}})
        (look, *_) = nodes(await read(town, filter={"kind": "AUDIT_SEARCH"}))
    assert (look["kind"], look["user"]) == ("AUDIT_SEARCH", "a.auditor")
    assert len(look["childPseudonyms"]) == 1
    assert MIRA["upn"] not in json.dumps(look)
    assert look["look"] == {**NOTHING, "user": "s.worker", "given": len(nodes(found))}


async def test_a_look_at_one_entry_or_at_published_ones_names_them(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        await read(town, 'query { audit { entry(index: "1") { index } } }')
        for path in ("checkpoint", "tile/entries/000.p/3"):
            url = f"{town.url}/log/{path}"
            async with town.session.get(url, headers=town.headers(AUDITOR)) as answer:
                assert answer.status == 200
        tile, one = nodes(await read(town, filter={"kind": "AUDIT_SEARCH"}))
    assert one["look"] == {**NOTHING, "firstEntry": "1", "lastEntry": "1"}
    read_ = {"firstEntry": "0", "lastEntry": "2", "given": 3, "export": "TILES"}
    assert tile["look"] == {**NOTHING, **read_}


async def test_a_privacy_officer_sees_only_what_concerns_the_agency(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        await read(town)
        await read(town, caller=OFFICER)
        found = nodes(await read(town, caller=OFFICER))
    assert {node["look"] for node in found} == {None}
    assert {node["kind"] for node in found} >= {"INTENT", "RELEASE"}
    assert all(each["agency"] == "school" for node in found for each in node["agencies"])
    assert all(node["agencies"] for node in found)
    for hidden in ("justification", "caseReference", "childPseudonyms"):
        assert not any(node[hidden] for node in found)
    assert {node["user"] for node in found} == {"s.worker", "p.officer"}


async def test_a_privacy_officer_may_not_look_for_another_agency(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        answer = await read(town, caller=OFFICER, filter={"agency": "spine"})
        other = await read(town, 'query { audit { entry(index: "0") { index } } }', OFFICER)
        theirs = replace(OFFICER, organisation="elsewhere")
        none = await read(town, 'query { audit { entry(index: "0") { index } } }', theirs)
    assert answer.body["errors"][0]["extensions"]["code"] == "AUDIT_NOT_ALLOWED"
    assert other.body["data"]["audit"]["entry"] == {"index": "0"}
    assert none.body["data"]["audit"]["entry"] is None


async def test_a_practitioner_reads_nothing_and_the_attempt_is_logged(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        refused = await read(town, caller=PRACTITIONER)
        found = nodes(await read(town, filter={"kind": "REFUSAL"}))
    assert refused.status == 403
    assert "data" not in refused.body
    assert refused.body["errors"][0]["extensions"]["code"] == "AUDIT_NOT_ALLOWED"
    assert found[0]["user"] == "s.worker"


async def test_pages_lead_through_the_whole_log(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        whole = [node["index"] for node in nodes(await read(town, filter={"user": "s.worker"}))]
        paged: list[int] = []
        after, more = None, True
        while more:
            page = await read(town, filter={"user": "s.worker"}, first=1, after=after)
            paged += [node["index"] for node in nodes(page)]
            info = page.body["data"]["audit"]["entries"]["pageInfo"]
            after, more = info["endCursor"], info["hasNextPage"]
    assert paged == whole


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"first": 201}, "first"),
        ({"first": -1}, "first"),
        ({"after": "nonsense"}, "after"),
        ({"filter": {"child": {"familyName": "Ashdown"}}}, "filter.child"),
    ],
)
async def test_a_search_that_cannot_be_made_says_what_to_change(
    tmp_path: Path, given: dict[str, Any], words: str
) -> None:
    async with asked_town(tmp_path) as town:
        answer = await read(town, **given)
    assert words in answer.body["errors"][0]["message"]
    assert "Ashdown" not in answer.text


async def test_an_entrys_proof_convinces_who_never_saw_the_log(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        key = VerifierKey.read(town.pipeline.publication.signer.verifier_key)
        for node in nodes(await read(town, filter={"user": "s.worker"})):
            receipt = ReceiptProof.read(node["proof"].encode())
            assert receipt.check(Trust(key)).state.size > receipt.index == int(node["index"])
            assert receipt.leaf is not None
            assert json.loads(receipt.leaf)["query_id"] == node["queryId"]


async def test_an_officers_proof_does_not_bring_other_agencies_along(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        (node, *_) = nodes(await read(town, caller=OFFICER, filter={"user": "s.worker"}))
    assert ReceiptProof.read(node["proof"].encode()).leaf is None


async def test_the_signed_state_is_there_to_keep(tmp_path: Path) -> None:
    async with asked_town(tmp_path) as town:
        state = (await read(town, STATE)).body["data"]["audit"]["checkpoint"]
        key = VerifierKey.read(town.pipeline.publication.signer.verifier_key)
    read_ = State.read(state["note"].encode(), Trust(key))
    assert (read_.origin, read_.size) == (state["origin"], int(state["size"]))
    assert state["witnessedBy"] == []


async def test_a_child_written_into_the_document_is_refused(tmp_path: Path) -> None:
    query = '{ audit { entries(filter: {child: {nhsNumber: "9000000009"}}) { totalCount } } }'
    async with asked_town(tmp_path) as town:
        answer = await read(town, query)
    assert answer.body["errors"][0]["extensions"]["code"] == "PERSONAL_DATA_LITERAL"


@pytest.mark.parametrize(
    "query",
    [
        '{ audit { entry(index: "0") { user } } }',
        "{ audit { entries(first: 9) { edges { node { user } } } } }",
    ],
)
async def test_an_auditor_is_told_of_an_edited_entry_and_never_shown_it(
    tmp_path: Path, query: str
) -> None:
    async with asked_town(tmp_path) as town:
        with closing(sqlite3.connect(tmp_path / "state" / "audit.sqlite")) as log, log:
            log.execute("DROP TRIGGER entry_is_final")
            edited = "CAST(replace(leaf, 's.worker', 'x.nobody') AS BLOB)"
            log.execute(f"UPDATE entry SET leaf = {edited} WHERE idx = 0")
        told = await read(town, query)
        after = [await read(town, filter={"kind": "RELEASE"}), await town.ask()]
    assert "x.nobody" not in told.text
    # The gateway itself hashes new entries too: whichever of both is first stops it.
    assert told.body["errors"][0]["extensions"]["code"] in {"LOG_UNAVAILABLE", "LOG_ALTERED"}
    assert "at entry 0" in told.text
    for answer in after:
        assert answer.status == 503
        assert answer.body["errors"][0]["extensions"]["code"] == "LOG_ALTERED"
        assert "at entry 0" in answer.text
