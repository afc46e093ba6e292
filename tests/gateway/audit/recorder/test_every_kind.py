"""Each kind of entry that there is, the gateway writes where its documents say so."""

import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.lost_log import LostLog
from gateway.cli.loss.succeed import begin
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from tests.support.audit.pruned import fill, policy, pruned
from tests.support.edge import logged
from tests.support.gateway.break_glass import FRESH, Scene, scene
from tests.support.gateway.linking import propose
from tests.support.gateway.registering import AUDITOR, ENTRIES, OPERATOR

THREATS: Final = Path(__file__).parents[4] / "docs" / "threats.md"
Situation = Callable[[Scene], Awaitable[object]]


async def say(on: Scene, caller: Caller, query: str) -> dict[str, Any]:
    answer = await on.town.post({"query": query}, on.headers(caller))
    return answer.body


async def nobody_known_asks(on: Scene) -> None:
    answer = await on.town.post({"query": "{ __typename }"}, {"Authorization": "Bearer no-token"})
    assert answer.status == 401


async def a_practitioner_has_the_files_read_anew(on: Scene) -> None:
    assert (await say(on, FRESH, "mutation { reload }"))["errors"]


async def the_operator_brings_other_files(on: Scene) -> None:
    file = on.town.settings.files.manifests / "council.toml"
    file.write_text(file.read_text().replace('"practitioner", ', ""))
    assert (await say(on, OPERATOR, "mutation { reload }"))["data"]["reload"] == 2


async def an_auditor_reads(on: Scene) -> None:
    assert (await say(on, AUDITOR, ENTRIES))["data"]


async def somebody_breaks_glass_and_another_reviews(on: Scene) -> None:
    assert (await on.break_glass()).body["data"]
    assert (await on.review(on.granted_at)).body["data"]


async def an_officer_prunes(on: Scene) -> None:
    await fill(on.town.pipeline.publication.log, 30, 3)
    assert (
        await pruned(on.town.pipeline.publication, policy(on.town.settings.files.state))
    ).removed


async def an_operator_proposes_a_link(on: Scene) -> None:
    one, other = ({"issuer": FRESH.issuer, "user": user} for user in ("jo", "jo.smith"))
    pair = {"first": one, "second": other}
    said = await propose(on.town, pair, at=on.now.timestamp())
    assert said.body["data"]


async def an_operator_begins_the_log_that_succeeds_a_lost_one(on: Scene) -> None:
    publication = on.town.pipeline.publication
    lost = LostLog("lost.example", "a key", 5, "ab" * 32, "the disk broke", "d.irector")
    await begin(publication, lost, "o.perator", Clock())


WRITTEN: Final[Mapping[AuditKind, Situation]] = {
    AuditKind.INTENT: Scene.ask,
    AuditKind.RELEASE: Scene.ask,
    AuditKind.REFUSAL: a_practitioner_has_the_files_read_anew,
    AuditKind.AUTHENTICATION_FAILURE: nobody_known_asks,
    AuditKind.POLICY_CHANGE: the_operator_brings_other_files,
    AuditKind.SOURCE_CHANGE: the_operator_brings_other_files,
    AuditKind.CONFIGURATION_CHANGE: the_operator_brings_other_files,
    AuditKind.AUDIT_SEARCH: an_auditor_reads,
    AuditKind.BREAK_GLASS: Scene.break_glass,
    AuditKind.REVIEW: somebody_breaks_glass_and_another_reviews,
    AuditKind.PRUNING: an_officer_prunes,
    AuditKind.ACCOUNT_LINK: an_operator_proposes_a_link,
    AuditKind.LOG_LOSS: an_operator_begins_the_log_that_succeeds_a_lost_one,
}


@pytest.mark.parametrize("kind", list(AuditKind))
async def test_each_kind_is_written_in_the_situation_that_it_is_for(
    tmp_path: Path, kind: AuditKind
) -> None:
    assert kind in WRITTEN, f"say in what situation the gateway writes {kind}"
    async with scene(tmp_path) as on:
        assert logged(on.town.settings.files.state) == []
        await WRITTEN[kind](on)
        written = logged(on.town.settings.files.state)
    # What one agency taught another is an entry beside the answer's own.
    kinds = [entry["kind"] for entry in written if entry.get("detail") != "PASSED_ON"]
    assert kinds.count(kind) == 1
    # No hash of an entry that stands beside another's proof may be a guess.
    assert all(entry.keys() & {"justification", "case_reference", "nonce"} for entry in written)


def test_each_kind_has_its_situation_in_the_documents() -> None:
    table = THREATS.read_text().split("| Entry | Written |")[1].split("\n\n")[0]
    cells = " ".join(row.split("|")[1] for row in table.splitlines() if row)
    assert {*re.findall(r"[A-Z]+(?:_[A-Z]+)*", cells)} == {*AuditKind, "PASSED_ON"}
