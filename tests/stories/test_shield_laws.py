"""The failure of history, replayed: a shielded child stands unshielded in another agency's books.

Whatever agencies hold of the child, how, and however their duplicate is spelt: as long as one
record that is certainly the child's is restricted, nothing of any agency locates the child for a
caller who is not cleared, in no field of the schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import GraphQLObjectType, get_named_type
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.contract.codes import Claim
from adapters.contract.contract import NoRecord, Records, Reply
from adapters.contract.contract import Question as SourceQuestion
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    GpPractice,
    Identifier,
    Involvement,
    Practitioner,
    Record,
    School,
)
from gateway.graphql.root import build_schema
from tests.support.agencies import AUTHORITY, LOCAL, MIRA, NATIONAL, SourceFile
from tests.support.gateway.whole_gateway import TODAY, whole_gateway
from tests.support.plain_sources import Answering, file_of, record
from tests.support.samples import examples
from tests.support.town import KNOWN, PRACTITIONER
from tests.support.virtual_time import run

EVERY_SECTION: Final = """
  [[operation.carer]]
  each = "carers"
  name = "name"
  telephone = "telephone"
  [[operation.school]]
  each = "schools"
  name = "name"
  urn = "urn"
  [[operation.gp_practice]]
  each = "practice"
  name = "name"
  ods_code = "code"
  telephone = "telephone"
  [[operation.event]]
  each = "events"
  date = "date"
  summary = "summary"
"""
CLASSES: Final = (
    *("IDENTITY", "INVOLVEMENT", "CONTACT", "STATUS", "LOCATION", "FAMILY", "EDUCATION", "HEALTH"),
    "OTHER",
)
CLAIMS: Final = (LOCAL, LOCAL, NATIONAL, LOCAL | {Claim.SHIELD_AUTHORITY}, AUTHORITY)
PLACE: Final = "Refuge"  # in every detail that says where the child is
SPELLINGS: Final[Mapping[str, Mapping[str, Any]]] = {
    "the same": {},
    "without a number": {"identifiers": ()},
    "with a pupil number alone": {"identifiers": (Identifier(UPN, MIRA["upn"]),)},
    "born a day later": {"birth_date": PartialDate.parse("2015-03-10")},
    "under another number": {"identifiers": (Identifier(NHS_NUMBER, "9000000017"),)},
    "with a name too many": {"names": ()},
}


@dataclass(frozen=True, slots=True)
class Held:
    """What one agency holds: nothing, the restricted record, or a duplicate that says nothing."""

    claims: frozenset[Claim]
    what: str
    spelt: str
    says: bool | None

    def records(self) -> tuple[Record, ...]:
        """Its records, every one with the place in each field that a record has."""
        if self.what == "nothing":
            return ()
        restricted = True if self.what == "restricted" else self.says
        changes = {} if self.what == "restricted" else SPELLINGS[self.spelt]
        return (replace(placed(), restricted=restricted, **changes),)


HELD: Final = st.builds(
    Held,
    st.sampled_from(CLAIMS),
    st.sampled_from(["nothing", "restricted", "duplicate", "duplicate"]),
    st.sampled_from(sorted(SPELLINGS)),
    st.sampled_from([False, None]),
)
SHIELDED: Final = Held(LOCAL | {Claim.SHIELD_AUTHORITY}, "restricted", "the same", says=None)
STALE: Final = Held(LOCAL, "duplicate", "the same", says=False)


def placed() -> Record:
    """Mira with a place wherever a record has room for one."""
    return replace(
        record(),
        addresses=(Address(lines=(f"1 {PLACE} Lane",), postcode=f"{PLACE}-1", uprn=f"{PLACE}2"),),
        carers=(Carer(name="Ada Ashdown", telephone=f"{PLACE} 3"),),
        schools=(School(name=f"{PLACE} School", urn=f"{PLACE}4"),),
        gp_practice=GpPractice(name=f"{PLACE} Surgery", ods_code=f"{PLACE}5"),
        involvements=(
            Involvement(
                service=f"{PLACE} service",
                role=f"{PLACE} worker",
                team=f"{PLACE} team",
                telephone=f"{PLACE} 6",
                email=f"duty@{PLACE}.example",
                practitioner=Practitioner(name=f"Jo of {PLACE}", telephone=f"{PLACE} 7"),
            ),
        ),
        events=(Event(date=PartialDate.parse("2026-01"), summary=f"moved to {PLACE}"),),
    )


def everything(kind: GraphQLObjectType, depth: int = 5) -> str:
    """A selection of every field that needs no argument."""
    parts = []
    for name, described in kind.fields.items():
        below = get_named_type(described.type)
        if isinstance(below, GraphQLObjectType):
            parts += [f"{name} {everything(below, depth - 1)}"] if depth else []
        elif not described.args:
            parts.append(name)
    return "{ __typename " + " ".join(parts) + " }"


_ANSWER: Final = build_schema()._schema.type_map["ChildAnswer"]  # noqa: SLF001  the gateway's own
assert isinstance(_ANSWER, GraphQLObjectType)
EVERYTHING: Final = (
    "query Ask($known: KnownDetails!, $reason: AccessReason!) {"
    f" child(known: $known, reason: $reason) {everything(_ANSWER, 4)} }}"
)


def source(at: int, held: Held) -> tuple[SourceFile, Answering]:
    """The agency, which gives every class to whoever asks."""
    file = file_of(f"agency-{at}", claims=held.claims, classes=CLASSES, says_restricted=True)

    async def answer(_: SourceQuestion) -> Reply:
        return Records(held.records()) if held.records() else NoRecord(TODAY)

    return file.with_(operations=file.operations + EVERY_SECTION), answer


def told(agencies: list[Held], roles: frozenset[str] = PRACTITIONER.roles) -> str:
    """The whole answer, every field of it."""

    async def asked() -> bytes:
        caller = replace(PRACTITIONER, roles=roles)
        sources = [source(at, held) for at, held in enumerate(agencies)]
        return await whole_gateway(sources, caller).ask(EVERYTHING, KNOWN)

    return run(asked()).decode()


@settings(max_examples=examples(40))
@given(st.lists(HELD, max_size=4), st.integers(0, 4), HELD)
@example([STALE, replace(STALE, claims=NATIONAL)], 1, SHIELDED)
def test_no_agency_and_no_field_tells_where_a_shielded_child_is(
    others: list[Held], at: int, shielded: Held
) -> None:
    agencies = [*others[:at], replace(shielded, what="restricted"), *others[at:]]
    text = told(agencies)
    assert '"errors"' not in text
    assert PLACE not in text
    assert "NONE_KNOWN" not in text


def test_the_law_is_not_empty_a_cleared_role_sees_every_place() -> None:
    text = told([SHIELDED, STALE], frozenset({"practitioner", "shield-cleared"}))
    for said in ("Lane", "School", "Surgery", "worker", "team", "Jo of", "3", "moved to"):
        assert said in text
    assert text.count(PLACE) > 10


def test_of_a_child_whom_nobody_restricts_the_same_is_told() -> None:
    cleared = Held(AUTHORITY, "duplicate", "the same", says=False)
    text = told([cleared, STALE])
    assert "NONE_KNOWN" in text
    assert f"1 {PLACE} Lane" in text
