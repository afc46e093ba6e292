"""A case of policy in an agency's own words: who asks for what, and what is to come of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from gateway.config.toml_table import read_table
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.context import PolicyContext, Principal, RecordFacts
from gateway.policy.decide import DecisionRequest, Policy, Verdict
from gateway.policy.rules.rule_set import RuleSet

EVERY = frozenset(ReleaseClass)


class Asker(BaseModel):
    """Who asks one source, in which policy context; left out, as harmless as can be."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    source: str
    sector: Sector
    roles: frozenset[str]
    purpose: Purpose
    organisation: str = "an organisation"
    accreditation: frozenset[str] = frozenset({"information-sharing"})
    assurance: Annotated[int, Field(ge=0, le=4)] = 2
    areas: frozenset[str] = frozenset()
    in_area: bool = True
    shield_cleared: bool = False
    case_reference: bool = True
    significant_harm: bool = False
    out_of_area_cause: bool = True
    bulk: bool = False
    consent: bool = False
    restricted: bool = False
    minutes_since_sign_in: Annotated[int, Field(ge=0)] | None = 0
    on: date | None = None

    @property
    def principal(self) -> Principal:
        """What the asker is."""
        return Principal(
            organisation=self.organisation,
            sector=self.sector,
            roles=self.roles,
            accreditation=self.accreditation,
            assurance=self.assurance,
            areas=self.areas,
            purposes=frozenset({self.purpose}),
            shield_cleared=self.shield_cleared,
        )

    def policy_context(self, today: date) -> PolicyContext:
        """In which they ask, today unless the case is of another day."""
        return PolicyContext(
            purpose=self.purpose,
            case_reference=self.case_reference,
            significant_harm=self.significant_harm,
            out_of_area_cause=self.out_of_area_cause,
            in_area=self.in_area,
            minutes_since_sign_in=self.minutes_since_sign_in,
            today=self.on or today,
            said=RecordFacts(self.consent, self.restricted),
            bulk=self.bulk,
        )


class Case(Asker):
    """An asker with what is expected; every class that is named nowhere may be either."""

    name: str
    gives: frozenset[ReleaseClass] = frozenset()
    withholds: frozenset[ReleaseClass] = frozenset()
    silent: frozenset[ReleaseClass] = frozenset()


class _Cases(BaseModel):
    model_config = ConfigDict(extra="forbid")

    case: Annotated[tuple[Case, ...], Field(min_length=1)]


def read_cases(file: Path) -> tuple[Case, ...]:
    """The `[[case]]` tables of a file; ConfigurationInvalid says what to change."""
    return read_table(_Cases, file).case


def owners(rule_set: RuleSet) -> Mapping[str, str]:
    """The agency of each source."""
    return {source: agency for agency, own in rule_set.agencies.items() for source in own.tables}


def verdict_of(asker: Asker, rule_set: RuleSet, policy: Policy, today: date) -> Verdict:
    """What the rules give this asker; ConfigurationInvalid if there is no such source."""
    agency = owners(rule_set).get(asker.source)
    if agency is None:
        raise ConfigurationInvalid(
            f"{asker.source} is not a source here; the sources are"
            f" {', '.join(sorted(owners(rule_set)))}"
        )
    when = asker.policy_context(today)
    return policy.decide(DecisionRequest(agency, asker.source, EVERY, asker.principal, when))


def surprises(case: Case, verdict: Verdict) -> Iterator[str]:
    """How a verdict differs from what the case expects; none where it does not."""
    withheld = frozenset(kept.release_class for kept in verdict.withheld)
    expected = {"given": case.gives, "withheld": case.withholds, "silently kept": case.silent}
    found = {"given": verdict.permitted, "withheld": withheld, "silently kept": verdict.silent}
    because = dict(verdict.because)
    for what, classes in expected.items():
        for name in sorted(classes - found[what]):
            really = next(other for other, holds in found.items() if name in holds)
            rules = ", ".join(because[name]) or "no rule gives it"
            yield f"{name} is {really}, not {what} ({rules})"
