"""Whatever the rules and the selection, what leaves was both asked for and given."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract.codes import ReleaseClass
from resolvers.release import CLASS_OF, CONTACTS, classes_for
from tests.support.agencies import AUTHORITY, MIRA, AgencyServer, rest_source
from tests.support.edge import Edge
from tests.support.loopback import serving
from tests.support.samples import examples
from tests.support.town import small_town, variables_for

SELECTED: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "names { family }": ("Ashdown", frozenset({"names"})),
    "birthDate { value }": ("2015-03-09", frozenset({"birth_date"})),
    "identifiers { value }": ("9000000009", frozenset({"identifiers"})),
    "addresses { lines }": ("Tanners", frozenset({"addresses"})),
    "involvements { practitioner { name } }": ("Jo Hart", frozenset({"involvements"})),
    "leadPractitioner { practitioner { telephone } }": (
        "960111",
        frozenset({"involvements", CONTACTS}),
    ),
    "carers { name }": ("no carer", frozenset({"carers"})),
    "restriction": ("no name", frozenset()),
}
RULE: Final = """
[[release]]
classes = [{classes}]
to = {{ sectors = ["SOCIAL_CARE"], roles = ["{role}"] }}
purposes = ["{purpose}"]
until = {until}
"""
CLASSES = st.sets(st.sampled_from(ReleaseClass))
SELECTIONS = st.sets(st.sampled_from(sorted(SELECTED)), min_size=1)


@dataclass(frozen=True, slots=True)
class Rule:
    classes: frozenset[ReleaseClass]
    role: str = "practitioner"
    purpose: str = "SAFEGUARDING"
    until: str = "2099-12-31"

    @property
    def serves(self) -> bool:
        return self == Rule(self.classes)

    def __str__(self) -> str:
        classes = ", ".join(f'"{name}"' for name in sorted(self.classes))
        return RULE.format(classes=classes, role=self.role, purpose=self.purpose, until=self.until)


RULES = st.lists(
    st.builds(
        Rule,
        classes=st.frozensets(st.sampled_from(ReleaseClass)),
        role=st.sampled_from(["practitioner", "manager"]),
        purpose=st.sampled_from(["SAFEGUARDING", "EARLY_HELP"]),
        until=st.sampled_from(["2099-12-31", "2020-01-01"]),
    ),
    max_size=4,
)


@dataclass(frozen=True, slots=True)
class Seen:
    text: str
    answer: Mapping[str, Any]
    entries: list[dict[str, Any]]
    asked: int

    @property
    def released(self) -> set[str]:
        """The names of fields that the log says were released."""
        agencies = [agency for entry in self.entries for agency in entry.get("agencies", ())]
        return {name for agency in agencies for name in agency.get("released", ())}


async def seen(folder: Path, rules: list[Rule], selection: set[str]) -> Seen:
    fields = " ".join(sorted(selection))
    query = (
        "query Q($known: KnownDetails!, $reason: AccessReason!)"
        " { child(known: $known, reason: $reason) {"
        f" child {{ {fields} }} answers {{ outcome withheld {{ releaseClass }} }} }} }}"
    )
    agency_server = AgencyServer(children=(MIRA,))
    async with serving(agency_server.answer) as url:
        source = rest_source("spine", url, claims=AUTHORITY, classes=())
        ruled = source.with_(operations="".join(map(str, rules)) + source.operations)
        async with small_town(folder, [ruled]) as town:
            edge = Edge(town, agency_server)
            said = await edge.send({"query": query, "variables": variables_for()})
            return Seen(
                said.text,
                json.loads(said.text)["data"]["child"],
                edge.entries,
                len(agency_server.asked),
            )


@settings(max_examples=examples(10), deadline=None)
@given(rules=RULES, selection=SELECTIONS)
async def test_what_leaves_was_asked_for_and_given(rules: list[Rule], selection: set[str]) -> None:
    permitted = frozenset[ReleaseClass]().union(*(r.classes for r in rules if r.serves))
    wanted = frozenset[str]().union(*(SELECTED[name][1] for name in selection))
    with tempfile.TemporaryDirectory() as folder:
        found = await seen(Path(folder), rules, selection)
    given_fields = {f for f, release_class in CLASS_OF.items() if release_class in permitted}
    for value, fields in SELECTED.values():
        if not fields & given_fields or not fields <= wanted:
            assert value not in found.text
    released = found.released
    assert released - {CONTACTS} <= given_fields & wanted
    assert (CONTACTS in released) <= ({ReleaseClass.CONTACT} <= permitted and CONTACTS in wanted)
    (row,) = found.answer["answers"]
    withheld = {w["releaseClass"] for w in row["withheld"]}
    assert withheld <= classes_for(wanted) - permitted
    # A rule is needed, and the baseline may forbid still. It is asked all the same: for the shield.
    assert permitted or row["outcome"] == "NOT_PERMITTED"
