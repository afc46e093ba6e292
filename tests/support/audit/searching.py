"""Searches of any kind, and what each of them finds, said plainly."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

from hypothesis import strategies as st

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.audit.entry.flags import AccessFlag
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.search import Search
from tests.support.audit.examples import MAYA, NOON, OMAR, asked

USERS, PURPOSES = ("j.okafor", "s.worker"), (Purpose.SAFEGUARDING, Purpose.EARLY_HELP)
ISSUERS = ("https://council.example", "https://hospital.example")
KINDS = (AuditKind.INTENT, AuditKind.BREAK_GLASS)
AGENCIES, CHILDREN = ("school", "gp"), (MAYA, OMAR)


def entries() -> list[Entry]:
    """One for each combination, seconds apart, the clock stepping back once."""
    all_of_it = product(USERS, PURPOSES, KINDS, AGENCIES, CHILDREN)
    return [
        replace(
            asked(f"q{number // 4}", child),
            user=user,
            issuer=ISSUERS[number % 2],
            purpose=Purpose.SUBJECT_ACCESS if number % 7 == 6 else purpose,
            kind=kind,
            organisation=f"org-{number % 3}",
            agencies=(AuditedAgency(agency), AuditedAgency("always")),
            risks=(AccessFlag.BREAK_GLASS,) if number % 5 == 0 else (),
            at=NOON + timedelta(seconds=number if number != 20 else -5),
        )
        for number, (user, purpose, kind, agency, child) in enumerate(all_of_it)
    ]


def fits(search: Search, entry: Entry) -> bool:
    """The search, said plainly."""
    plain = ("user", "issuer", "organisation", "purpose", "kind", "query_id")
    return (
        all(getattr(search, n) in {None, getattr(entry, n)} for n in plain)
        and (search.agency is None or search.agency in {a.agency for a in entry.agencies})
        and (search.pseudonyms is None or bool(search.pseudonyms & {*entry.child_pseudonyms}))
        and (search.since is None or entry.at >= search.since)
        and (search.before is None or entry.at < search.before)
        and search.break_glass in {None, _breaks_glass(entry)}
        and (not search.accesses or _accesses(entry))
    )


def _accesses(entry: Entry) -> bool:
    asks = entry.kind in {AuditKind.INTENT, AuditKind.RELEASE}
    return asks and entry.purpose is not Purpose.SUBJECT_ACCESS


def _breaks_glass(entry: Entry) -> bool:
    return entry.kind is AuditKind.BREAK_GLASS or AccessFlag.BREAK_GLASS in entry.risks


def newest(search: Search, held: Mapping[int, Entry]) -> list[int]:
    """The indexes of what fits, newest first."""
    found = [(entry.at, index) for index, entry in held.items() if fits(search, entry)]
    return [index for _, index in sorted(found, reverse=True)]


def one_of(*values: object) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


SEARCHES = st.builds(
    Search,
    user=one_of(*USERS, "nobody"),
    issuer=one_of(*ISSUERS),
    organisation=one_of("org-0", "org-1"),
    agency=one_of(*AGENCIES, "always"),
    purpose=one_of(*PURPOSES),
    accesses=st.booleans(),
    kind=one_of(*KINDS),
    query_id=one_of("q1", "q5"),
    pseudonyms=one_of(frozenset({MAYA}), frozenset(CHILDREN), frozenset()),
    since=one_of(NOON, NOON + timedelta(seconds=9)),
    before=one_of(NOON + timedelta(seconds=20)),
    break_glass=st.none() | st.booleans(),
)
