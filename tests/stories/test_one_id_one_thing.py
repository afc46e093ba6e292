"""No two answers put one thing's values on another in a cache that keeps things by their ids.

The kinds come from public reports: one id with values of its parent (apollo-client 3234, 5413,
8405), one id for things of two types (relay 1449), one id twice in one answer (relay 3161), a thing
without an id replaced or mixed with another one at its place (apollo-client 5762, 7222, 10976,
graphcache 67), an id that is null (apollo-client 6225), and a null that takes a value away
(urql 1999).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final, cast

import orjson
import pytest
from graphql import GraphQLObjectType
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Claim, InvolvementStatus, Purpose
from adapters.contract.contract import Fault, NoRecord, Records, Reply, Unavailable
from adapters.contract.contract import Question as SourceQuestion
from adapters.contract.record import Address, GpPractice, Involvement, Practitioner, Record
from gateway.graphql.child.agency_answer import AgencyAnswer
from gateway.graphql.child.involvement import InvolvementType
from gateway.graphql.root import build_schema
from gateway.graphql.types.agency import ContactType
from tests.support.agencies import AUTHORITY, LOCAL, MIRA, NATIONAL
from tests.support.gateway.whole_gateway import TODAY, Gateway, whole_gateway
from tests.support.normalisers.answer import every_field, unlike
from tests.support.normalisers.caches import CLIENTS
from tests.support.plain_sources import Answering, file_of, record
from tests.support.town import KNOWN, PRACTITIONER
from tests.support.virtual_time import run, sleep

WIDE: Final[Mapping[str, Any]] = {"documents__max_fields": 5000}
SCHEMA: Final = build_schema()._schema  # noqa: SLF001  as the gateway takes it
ANSWER: Final = cast("GraphQLObjectType", SCHEMA.type_map["ChildAnswer"])
QUERY: Final = (
    "query ($known: KnownDetails!, $reason: AccessReason!) { child(known: $known, reason: $reason) "
    + every_field(SCHEMA, ANSWER)
    + " directory "
    + every_field(SCHEMA, cast("GraphQLObjectType", SCHEMA.type_map["DirectoryEntry"]))
    + " }"
)
OTTO: Final = {**MIRA, "id": "p-4", "nhs": "9000000017", "upn": "J340200001003", "given": "Otto"}
PURPOSES: Final = (Purpose.SAFEGUARDING, Purpose.EARLY_HELP)
WORKER: Final = replace(PRACTITIONER, purposes=frozenset(PURPOSES))
CLEARED: Final = replace(WORKER, user="c.leared", roles=frozenset({"shield-cleared"}))
CALLERS: Final = (WORKER, replace(WORKER, user="o.ther"), CLEARED)


@dataclass(frozen=True)
class Asked:
    """One question: about which child, by which caller, for which purpose, and what befell it."""

    child: Mapping[str, Any]
    caller: int
    purpose: Purpose
    restricted: bool
    down: bool
    slow: bool


QUESTIONS: Final = st.builds(
    Asked,
    st.sampled_from([MIRA, OTTO]),
    st.integers(0, len(CALLERS) - 1),
    st.sampled_from(PURPOSES),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def file_about(child: Mapping[str, Any], *, restricted: bool) -> Record:
    """A child's whole file, different in every fact from another child's."""
    worker = Practitioner(name=f"Dr {child['given']}", telephone="020 7946 0002")
    return replace(
        record(child, restricted=restricted),
        gp_practice=GpPractice(name=f"{child['given']} Surgery", ods_code="Y00001"),
        addresses=(Address((f"1 {child['given']} Row",), "ZE1 0AA", current=True),),
        involvements=(
            Involvement(role="GP", practitioner=worker, status=InvolvementStatus.OPEN),
            Involvement(service="speech", team=f"{child['given']} team"),
        ),
    )


def holder(asked: Asked, *, failing: bool = False) -> Answering:
    async def answer(question: SourceQuestion) -> Reply:
        await sleep(0.8 if asked.slow else 0.1)
        if failing and asked.down:
            return Unavailable(Fault.SERVER_ERROR)
        numbers = {question.given.get("nhs_number"), question.given.get("upn")}
        known = {asked.child["nhs"], asked.child["upn"]}
        about = file_about(asked.child, restricted=asked.restricted)
        return Records((about,)) if numbers & known else NoRecord(TODAY)

    return answer


def gateway_of(asked: Asked) -> Gateway:
    member = LOCAL | {Claim.SHIELD_SET}
    sources = [
        (file_of("spine", claims=AUTHORITY), holder(asked)),
        (file_of("clinic", claims=member, says_restricted=True), holder(asked)),
        (file_of("registry", claims=NATIONAL), holder(asked, failing=True)),
        (file_of("school"), holder(asked, failing=True)),
    ]
    return whole_gateway(sources, caller=CALLERS[asked.caller], **WIDE)


def answer(asked: Asked) -> dict[str, Any]:
    known = {**KNOWN, "nhsNumber": asked.child["nhs"]}

    async def ask() -> bytes:
        return await gateway_of(asked).ask(QUERY, known, purpose=asked.purpose.value)

    found: dict[str, Any] = orjson.loads(run(ask()))
    assert "errors" not in found, found
    data: dict[str, Any] = found["data"]
    return data


def mixed(answers: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By client, what one answer would put on another, or on itself."""
    answers = list(answers)
    found: dict[str, list[str]] = {}
    for client, cache in CLIENTS.items():
        kept = [cache().keep(each) for each in answers]
        wrong = [clash for one in kept for clash in one.clashes]
        for one, other in combinations(kept, 2):
            wrong += unlike(one.shared, other.shared)
        if wrong:
            found[client] = sorted(set(wrong))
    return found


@settings(max_examples=6)
@given(QUESTIONS, QUESTIONS)
def test_no_two_answers_share_a_key_with_unlike_values(one: Asked, other: Asked) -> None:
    assert mixed([answer(one), answer(other)]) == {}


MIRAS: Final = Asked(MIRA, 0, Purpose.SAFEGUARDING, restricted=False, down=False, slow=False)
OTTOS: Final = replace(MIRAS, child=OTTO)
SHIELDED: Final = replace(MIRAS, restricted=True)


def test_the_same_question_asked_twice_is_two_answers() -> None:
    one, other = answer(MIRAS), answer(MIRAS)
    assert mixed([one, other]) == {}
    assert one["child"]["id"] != other["child"]["id"]


def test_no_id_of_an_answer_links_two_questions_about_one_child() -> None:
    """Beside the ids of agencies nothing that is named in one answer is named in another."""
    stores = [CLIENTS["relay"]().keep(answer(asked)).shared for asked in (MIRAS, MIRAS, SHIELDED)]
    for one, other in combinations(stores, 2):
        kinds = {one[key].get("__typename") for key in one.keys() & other.keys()}
        assert kinds <= {"Agency", "Contact"}


def test_an_id_holds_nothing_that_its_answer_does_not_say() -> None:
    """It is the question's own id, a list's name, an agency's id and a count."""
    found = answer(MIRAS)["child"]
    query = found["receipt"]["queryId"]
    ids = [found["id"], found["child"]["id"], *(row["id"] for row in found["answers"])]
    ids += [each["id"] for each in found["child"]["involvements"]]
    assert all(name.startswith(f"{query}/") for name in ids)
    assert len(set(ids)) == len(ids)


def counted_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Involvements whose ids are counted within an agency and name no question."""
    of = InvolvementType.of.__func__  # type: ignore[attr-defined]

    def without(cls: type, *given: Any) -> Any:
        made = of(cls, *given)
        return replace(made, id=made.id.partition("/")[2])

    monkeypatch.setattr(InvolvementType, "of", classmethod(without))


def agencies_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agencies that say who to ring in this answer."""
    of = AgencyAnswer.of.__func__  # type: ignore[attr-defined]

    def local(cls: type, row: Any, name: str) -> Any:
        made = of(cls, row, name)
        ring = ContactType.of(row.ring) if row.ring else None
        return replace(made, agency=replace(made.agency, duty_contact=ring))

    monkeypatch.setattr(AgencyAnswer, "of", classmethod(local))


def agencies_by_what_they_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that have their agency's id."""
    of = AgencyAnswer.of.__func__  # type: ignore[attr-defined]

    def bare(cls: type, row: Any, name: str) -> Any:
        return replace(of(cls, row, name), id=row.agency.id)

    monkeypatch.setattr(AgencyAnswer, "of", classmethod(bare))


@pytest.mark.parametrize(
    ("plant", "asked", "seen_by"),
    [
        (counted_alone, OTTOS, {"apollo", "graphcache", "relay"}),
        (agencies_of_an_answer, SHIELDED, {"apollo", "graphcache", "relay"}),
        (agencies_by_what_they_serve, SHIELDED, {"apollo", "graphcache", "relay"}),
    ],
)
def test_the_law_sees_an_id_that_is_no_key(
    plant: Callable[[pytest.MonkeyPatch], None],
    asked: Asked,
    seen_by: set[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch)
    assert mixed([answer(MIRAS), answer(asked)]).keys() == seen_by


def test_relay_alone_sees_one_id_for_two_types() -> None:
    """Agency and row of one id: another client tells them apart by their types."""
    one = {"a": {"__typename": "Agency", "id": "x", "name": "A"}}
    two = {"a": {"__typename": "Source", "id": "x", "name": "B"}}
    assert mixed([one, two]).keys() == {"relay"}


def test_who_has_no_id_is_mixed_by_place_below_a_thing_and_never_below_an_answer() -> None:
    """Rows without ids come in another order in another stream: a row must have one."""
    rows = [{"__typename": "AgencyAnswer", "outcome": each} for each in ("TIMEOUT", "NO_RECORD")]
    one = {"c": {"__typename": "ChildAnswer", "id": "same", "answers": rows}}
    two = {"c": {"__typename": "ChildAnswer", "id": "same", "answers": rows[::-1]}}
    assert mixed([one, two]).keys() == {"apollo", "graphcache", "relay"}


def test_every_type_with_an_id_is_known_to_this_law() -> None:
    """A new one has to be thought about: does it name one thing permanently?"""
    named = {
        name
        for name, kind in SCHEMA.type_map.items()
        if isinstance(kind, GraphQLObjectType) and {"id", "_id"} & kind.fields.keys()
    }
    of_an_answer = {"ChildAnswer", "Child", "AgencyAnswer", "Involvement"}
    of_the_gateway = {"Agency", "Source", "Alert", "AuditEntry", "BreakGlassGrant"}
    assert named == of_an_answer | of_the_gateway


def test_no_id_is_ever_null() -> None:
    """A cache keeps everything of one type whose id is null under one key."""
    kinds = [kind for kind in SCHEMA.type_map.values() if isinstance(kind, GraphQLObjectType)]
    assert {str(k.fields["id"].type) for k in kinds if "id" in k.fields} == {"ID!"}


def test_an_agency_is_the_same_wherever_it_stands() -> None:
    agencies = [
        {name: value for name, value in fields.items() if name != "__typename"}
        for asked in (MIRAS, SHIELDED, replace(MIRAS, down=True))
        for key, fields in CLIENTS["apollo"]().keep(answer(asked)).store.items()
        if key.startswith("Agency:")
    ]
    assert len({orjson.dumps(each, option=orjson.OPT_SORT_KEYS) for each in agencies}) == 4
