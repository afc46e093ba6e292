"""A plan that was made for one question serves the next of its kind, and none of another."""

import asyncio
import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.contract.codes import Claim, Purpose, Sector
from gateway.http.wiring.stages import open_preparation
from gateway.identity.development_token import development_key
from gateway.model.caller import Caller
from gateway.model.clock import Clock
from gateway.questions.prepare import Preparation, PreparedQuestion, Request
from gateway.questions.preparing.known_plans import KnownPlans
from tests.support.agencies import AUTHORITY, LOCAL, NATIONAL, SourceFile, rest_source
from tests.support.town import BEYOND, PRACTITIONER, REASON, settings_for

NOWHERE: Final = "http://127.0.0.1:9"
BY_UPN_ALONE: Final = (("by-upn", 'upn = "{upn}"', True),)
SOURCES: Final = (
    rest_source("spine", NOWHERE, claims=AUTHORITY),
    rest_source("council", NOWHERE),
    rest_source("school", NOWHERE, by=BY_UPN_ALONE, claims=LOCAL),
    rest_source("away", NOWHERE, areas=("E09990002",)),
    rest_source("pointer", NOWHERE, claims=NATIONAL - {Claim.EFFECTS_NONE}),
    rest_source("silent", NOWHERE, classes=()),
)
ASK: Final = """
query Q($known: KnownDetails!, $reason: AccessReason!, $scope: Scope) {
  child(known: $known, reason: $reason, scope: $scope) { %s }
}
"""
DOCUMENTS: Final = tuple(
    ASK % said for said in ("receipt { index }", "child { sex { value } }", "answers { outcome }")
)
NAMED: Final = {"givenNames": ["Mira"], "familyName": "Ashdown", "birthDate": "2015-03-09"}
DETAILS: Final = (
    {**NAMED, "nhsNumber": "9000000009"},
    {**NAMED, "nhsNumber": "9000000017"},
    {**NAMED, "upn": "A123456789012"},
    {**NAMED, "agencyRecord": {"agency": "council", "recordId": "1"}},
    {**NAMED, "agencyRecord": {"agency": "school", "recordId": "1"}},
    NAMED,
    {**NAMED, "sex": "FEMALE"},
)
SCOPES: Final = (
    None,
    {"agencies": ["council"]},
    {"agencies": ["council", "pointer"]},
    {"areas": ["E09990002"]},
)
BEYOND_HERE: Final = {**REASON, "outOfArea": BEYOND}
REASONS: Final = (BEYOND_HERE, {**BEYOND_HERE, "caseReference": "C-9"})
CALLERS: Final = (PRACTITIONER, replace(PRACTITIONER, areas=("E09990002",)))


NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASKER: Final = replace(
    PRACTITIONER,
    roles=PRACTITIONER.roles | {"bulk"},
    purposes=frozenset({Purpose.SAFEGUARDING, Purpose.EARLY_HELP}),
    signed_in_at=NOON.timestamp(),
)
EARLY_HELP: Final = {"purpose": "EARLY_HELP", "justification": "worried"}
HARM: Final = {"suspected": "NEGLECT", "justification": "seen by a neighbour"}
BULK: Final = """
query Q($known: [KnownDetails!]!, $reason: AccessReason!) {
  children(known: $known, reason: $reason) { receipt { index } }
}
"""
# What a rule looks at; a caller, a reason, a document and a time of whom it is true. Each differs
# from the first caller, or from the one before it, in that alone.
HEEDED: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "organisation": ('principal in Organisation::"eastvale"', {"organisation": "eastvale"}),
    "sector": ('principal.sector == Sector::"POLICE"', {"sector": Sector.POLICE}),
    "role": ('principal in Role::"manager"', {"roles": ASKER.roles | {"manager"}}),
    "accreditation": (
        '!principal.accreditation.contains("information-sharing")',
        {"accreditation": frozenset()},
    ),
    "assurance": ("principal.assurance > 2", {"assurance": 3}),
    "areas": ('principal.areas.contains("E09990002")', {"areas": (*ASKER.areas, "E09990002")}),
    "purposes": (
        'principal.purposes.contains(Purpose::"EMERGENCY")',
        {"purposes": ASKER.purposes | {Purpose.EMERGENCY}},
    ),
    "cleared": ("principal.shieldCleared", {"roles": ASKER.roles | {"shield-cleared"}}),
    "sign-in": (
        "context has minutesSinceSignIn && context.minutesSinceSignIn > 200",
        {"signed_in_at": NOON.timestamp() - 5 * 3600},
    ),
    "elsewhere": (
        "!context.inArea",
        {"areas": ("E09990002",), "agencies": ["facts"], "reason": BEYOND_HERE},
    ),
    "purpose": (
        'context.purpose == Purpose::"EARLY_HELP"',
        {"reason": {**EARLY_HELP, "caseReference": "C-1"}},
    ),
    "case": ("!context.caseReference", {"reason": EARLY_HELP}),
    "harm": ("context.significantHarm", {"reason": {**REASON, "significantHarm": HARM}}),
    "cause": ("context.outOfAreaCause", {"reason": {**REASON, "outOfArea": BEYOND}}),
    "bulk": ("context.bulk", {"query": BULK}),
    "today": (
        'context.today > datetime("2026-03-01")',
        {"later": timedelta(days=1), "signed_in_at": (NOON + timedelta(days=1)).timestamp()},
    ),
}
FORBIDS: Final = "".join(
    f'@id("{name}") forbid (principal, action == Action::"release",'
    f' resource in Source::"facts") when {{ {test} }};\n'
    for name, (test, _) in HEEDED.items()
)


@contextmanager
def prepares(
    folder: Path, sources: Iterable[SourceFile] = SOURCES, clock: Clock | None = None
) -> Iterator[Preparation]:
    chosen = settings_for(folder, sources)
    development_key(chosen)
    with asyncio.Runner() as runner:
        opening = open_preparation(chosen, clock or Clock())
        preparation = runner.run(opening.__aenter__())
        try:
            yield preparation
        finally:
            runner.run(opening.__aexit__(None, None, None))


def asked(
    preparation: Preparation, query: str, variables: Mapping[str, Any], caller: Caller
) -> PreparedQuestion:
    request = Request(query, variables, None, None)
    (one,) = preparation.prepare(preparation.document(request), request, caller)
    return one


def told(prepared: PreparedQuestion) -> tuple[Any, ...]:
    """All that is decided for a question."""
    decided = prepared.decided
    return (
        *(str(decided.plan), decided.plan, decided.verdicts, [*decided.asked]),
        *(decided.gateway_only, decided.read),
    )


def test_what_is_kept_for_a_kind_is_what_would_be_decided_now(tmp_path: Path) -> None:
    with prepares(tmp_path) as keeping:
        forgetful = replace(keeping)
        for _ in range(2):
            for query, known, scope, reason, caller in product(
                DOCUMENTS, DETAILS, SCOPES, REASONS, CALLERS
            ):
                variables = {"known": known, "reason": reason, "scope": scope}
                if scope is None:
                    del variables["scope"]
                kept = asked(keeping, query, variables, caller)
                forgetful = replace(forgetful)
                assert told(kept) == told(asked(forgetful, query, variables, caller))


def test_each_fact_that_a_rule_looks_at_is_heeded_though_plans_of_others_are_kept(
    tmp_path: Path,
) -> None:
    hour = [NOON]
    sources = [rest_source("spine", NOWHERE, claims=AUTHORITY)]
    sources += [rest_source("facts", NOWHERE, claims=LOCAL, cedar=FORBIDS)]
    with prepares(tmp_path, sources, Clock(now=lambda: hour[0])) as preparation:
        for name in ("", "", *HEEDED, ""):  # whoever is as most are, before and after all others
            _, of = HEEDED.get(name, ("", {}))
            said = {**of}
            hour[0] = NOON + said.pop("later", timedelta())
            query, reason = said.pop("query", DOCUMENTS[0]), said.pop("reason", REASON)
            known: Any = [DETAILS[0]] if query == BULK else DETAILS[0]
            variables = {"known": known, "reason": reason}
            if "agencies" in said:
                variables["scope"] = {"agencies": said.pop("agencies")}
            one = asked(preparation, query, variables, replace(ASKER, **said))
            because = [rules for _, rules in one.verdicts["facts"].because]
            fired = {rule.removeprefix("facts.cedar/") for rules in because for rule in rules}
            assert fired & HEEDED.keys() >= {*filter(None, [name])}
            assert name or not fired & HEEDED.keys()


def test_another_child_of_whom_the_same_is_told_has_the_same_plan(tmp_path: Path) -> None:
    with prepares(tmp_path) as preparation:
        first, second, third = (
            asked(preparation, DOCUMENTS[0], {"known": known, "reason": REASON}, PRACTITIONER)
            for known in DETAILS[:3]
        )
    assert first.decided is second.decided
    assert first.decided is not third.decided


def test_nothing_of_a_caller_is_kept_with_a_plan(tmp_path: Path) -> None:
    with prepares(tmp_path) as preparation:
        for _ in range(3):
            caller = replace(PRACTITIONER, user="n.obody-else")
            asked(preparation, DOCUMENTS[0], {"known": DETAILS[0], "reason": REASON}, caller)
        del caller
        held = [each for each in gc.get_objects() if isinstance(each, Caller)]
        assert [each.user for each in held if each.user == "n.obody-else"] == []


def test_whoever_asks_of_another_kind_each_time_takes_nobodys_place() -> None:
    plans: Any = KnownPlans()
    plans.keep("usual", "its plan")
    assert plans.get("usual") == "its plan"
    for number in range(1000):
        plans.keep(f"unique {number}", "another")
    assert plans.get("usual") == "its plan"
    assert plans.get("unique 1") is None


@pytest.mark.parametrize("told_first", ["nhsNumber", "upn"])
def test_no_detail_of_a_child_is_kept_with_a_plan(tmp_path: Path, told_first: str) -> None:
    number = {"nhsNumber": "9000000009", "upn": "A123456789012"}[told_first]
    with prepares(tmp_path) as preparation:
        known = {**NAMED, told_first: number}
        for _ in range(3):
            asked(preparation, DOCUMENTS[0], {"known": known, "reason": REASON}, PRACTITIONER)
        kept = repr([*preparation.plans._once.items(), *preparation.plans._again.items()])  # noqa: SLF001  nothing else shows what is held
    assert told_first[:3] in kept.lower()
    assert not [detail for detail in (number, "Ashdown", "Mira", "PartialDate") if detail in kept]


def test_what_is_written_in_the_place_of_an_agency_is_not_kept(tmp_path: Path) -> None:
    with prepares(tmp_path) as preparation:
        record = {"agency": "Mira Ashdown 4 Tanners Row", "recordId": "1"}
        known = {**DETAILS[0], "agencyRecord": record}
        for _ in range(2):
            asked(preparation, DOCUMENTS[0], {"known": known, "reason": REASON}, PRACTITIONER)
        kept = repr([*preparation.plans._again.items()])  # noqa: SLF001  nothing else shows it
    assert "PlanKind" in kept
    assert "Tanners" not in kept
