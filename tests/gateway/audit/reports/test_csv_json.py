"""An auditor takes entries elsewhere, and no cell of theirs becomes a formula."""

import csv
import io
import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from gateway.audit.entry.asker import AskerProfile
from gateway.audit.entry.entry import AuditedAgency, AuditedChange, AuditedWithholding, Entry
from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.logged import Logged
from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.lost_log import LostLog
from gateway.audit.entry.range import EntryRange
from gateway.audit.keys.sealing import Sealed
from gateway.audit.reports.csv_json import COLUMNS, HEADING, as_json_lines, as_table
from gateway.model.account import Account
from resolvers.child.child import WithheldReason
from resolvers.outcome import Outcome
from tests.support.audit.examples import MAYA, NOON, asked, released
from tests.support.audit.golden_entries import ENTRIES


def table(*entries: Entry) -> list[dict[str, str]]:
    rows = as_table(Logged(n, entry.leaf()) for n, entry in enumerate(entries))
    text = "".join([HEADING, *rows])
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_row_says_who_asked_whom_and_what_was_given() -> None:
    first, second = table(asked("q1", MAYA), released("q1"))
    assert (first["user"], first["agencies"]) == ("j.okafor", "anywhere-schools=ASKED")
    assert second["agencies"] == "anywhere-gp=TIMEOUT anywhere-schools=HAS_RECORD"
    assert second["withheld"] == "anywhere-schools=LOCATION:shield"
    assert first["child_pseudonyms"] == MAYA


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (AuditKind.BREAK_GLASS, "anywhere-schools=TOLD"),
        (AuditKind.SOURCE_CHANGE, "anywhere-schools=CONCERNED"),
    ],
)
def test_an_agency_that_was_not_asked_is_not_said_to_be(kind: AuditKind, said: str) -> None:
    (row,) = table(replace(asked("q1", MAYA), kind=kind))
    assert row["agencies"] == said


@pytest.mark.parametrize(
    "user",
    [
        *(
            "=cmd|' /C calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\N{FULLWIDTH EQUALS SIGN}1",
        ),
        *("  =1", "\u00a0=1", " \N{SMALL EQUALS SIGN}1", "\N{MINUS SIGN}1"),
    ],
)
def test_a_name_that_looks_like_a_formula_is_text(user: str) -> None:
    (row,) = table(replace(asked(), user=user))
    assert row["user"] == f"'{user}"


@given(st.lists(ENTRIES, max_size=4))
def test_every_entry_is_one_row_whatever_its_names_hold(entries: list[Entry]) -> None:
    rows = table(*entries)
    assert len(rows) == len(entries)
    assert all(row.keys() == {*COLUMNS} for row in rows)


@given(st.lists(ENTRIES, max_size=4))
def test_every_entry_is_one_line_of_json_with_the_leaf_as_it_stands(entries: list[Entry]) -> None:
    logged = [Logged(n, entry.leaf()) for n, entry in enumerate(entries)]
    lines = "".join(as_json_lines(logged)).split("\n")[:-1]
    assert [json.loads(line)["index"] for line in lines] == list(range(len(entries)))
    for line, each in zip(lines, logged, strict=True):
        assert each.leaf.decode() in line


def whole() -> Entry:
    """An entry in which each field says something that no other does."""
    return Entry(
        kind=AuditKind.AUDIT_SEARCH,
        succeeds=LostLog("log.example/lost", "k.key", 7, "5" * 64, "the disk broke", "d.decides"),
        at=NOON,
        query_id="query-1",
        user="u.user",
        organisation="o.organisation",
        role="r.role",
        purpose=Purpose.EARLY_HELP,
        justification=Sealed("2026:" + "J" * 40),
        case_reference=Sealed("2026:" + "C" * 40),
        child_pseudonyms=(MAYA,),
        document="d0" * 32,
        policy_version="p.version",
        matcher_version="m.version",
        agencies=(AuditedAgency("a.agency", through=(417,)),),
        detail="D_DETAIL",
        count=418,
        manager="m.manager",
        risks=(AccessFlag.STAFF_CHILD,),
        tie=WorkingRelationship.TEAM,
        pruned=(EntryRange(419, 420),),
        standing=AskerProfile(Sector.HEALTH, ("s.role",), (), 3, (), None, shield_cleared=False),
        change=AuditedChange("c.subject", "e0" * 32),
        issuer="i.issuer",
        accounts=(Account("l.issuer", "l.user"),),
        look=AuditedLook(user="looked.for"),
        nonce="N" * 22,
    )


SAID = {
    "succeeds": "log.example/lost",
    "at": "2026-11-22T12",
    "justification": "J" * 40,
    "case_reference": "C" * 40,
    "child_pseudonyms": MAYA,
    "risks": "STAFF_CHILD",
    "tie": "TEAM",
    "pruned": "419-420",
    "standing": "s.role",
    "change": "c.subject",
    "accounts": "l.issuer",
    "look": "looked.for",
    "agencies": "a.agency",
}


@pytest.mark.parametrize("name", [each.name for each in fields(Entry)])
def test_every_field_that_an_entry_has_is_a_column(name: str) -> None:
    (row,) = table(whole())
    assert getattr(whole(), name), f"say something in {name}, so that this test sees its column"
    assert SAID.get(name, str(getattr(whole(), name))) in row[name]


@pytest.mark.parametrize("name", [each.name for each in fields(AuditedAgency)])
def test_everything_that_is_said_of_an_agency_is_in_the_table(name: str) -> None:
    kept = AuditedWithholding(ReleaseClass.LOCATION, WithheldReason.SHIELD, "r.withheld")
    said = AuditedAgency("a.agency", Outcome.TIMEOUT, ("r.released",), (kept,), (417,))
    (row,) = table(replace(asked(), agencies=(said,)))
    column, text = {
        "agency": ("agencies", "a.agency"),
        "outcome": ("agencies", "TIMEOUT"),
        "released": ("released", "r.released"),
        "withheld": ("withheld", "r.withheld"),
        "through": ("through", "417"),
    }[name]
    assert text in row[column]
