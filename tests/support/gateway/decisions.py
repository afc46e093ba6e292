"""One agency's rules and a practitioner who meets them, without a town around."""

import tomllib
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any, Final

from adapters.contract.codes import Purpose, ReleaseClass, Sector
from adapters.manifest.manifest import Manifest
from adapters.manifest.release import Release, Withhold
from gateway.policy.context import PolicyContext, Principal
from gateway.policy.decide import DecisionRequest, Policy, Verdict
from gateway.policy.rules.rule_set import Baseline, RuleSet, open_rule_set
from tests.support.agencies import HOME, rest_source

TODAY: Final = date(2026, 11, 22)
EVERY: Final = frozenset(ReleaseClass)
SOCIAL_WORKER: Final = Principal(
    organisation="northbrook",
    sector=Sector.SOCIAL_CARE,
    roles=frozenset({"practitioner"}),
    accreditation=frozenset({"information-sharing"}),
    assurance=2,
    areas=frozenset({HOME}),
    purposes=frozenset({Purpose.SAFEGUARDING}),
    shield_cleared=False,
)
# Harm is stated, so that the baseline leaves every class to the agency's own rules.
HARM_STATED: Final = PolicyContext(
    purpose=Purpose.SAFEGUARDING,
    case_reference=True,
    significant_harm=True,
    out_of_area_cause=True,
    in_area=True,
    minutes_since_sign_in=10,
    today=TODAY,
)
PLAINLY: Final = replace(HARM_STATED, significant_harm=False)


@cache
def baseline() -> Baseline:
    """The schema and baseline that the gateway ships."""
    return Baseline.at()


def manifest(
    *release: Release, withhold: tuple[Withhold, ...] = (), source: str = "roll"
) -> Manifest:
    """The manifest of a source whose agency has these tables."""
    file = rest_source(source, "http://127.0.0.1:1", agency="school")
    read = Manifest.model_validate(tomllib.loads(file.manifest))
    return read.model_copy(update={"release": release, "withhold": withhold})


def rule_set(*release: Release, cedar: str = "", withhold: tuple[Withhold, ...] = ()) -> RuleSet:
    """The rules of one agency with one source, "roll" of "school"."""
    return open_rule_set(baseline(), [manifest(*release, withhold=withhold)], {"roll": cedar})


def decided(
    *release: Release,
    cedar: str = "",
    withhold: tuple[Withhold, ...] = (),
    who: Principal = SOCIAL_WORKER,
    when: PolicyContext = HARM_STATED,
    asked: frozenset[ReleaseClass] = EVERY,
) -> Verdict:
    """What these rules give, decided by a policy that has not decided before."""
    rules = rule_set(*release, cedar=cedar, withhold=withhold)
    return Policy(rules).decide(DecisionRequest("school", "roll", asked, who, when))


def reasons(verdict: Verdict) -> dict[ReleaseClass, Any]:
    """Why each class is openly kept back."""
    return {withheld.release_class: withheld.reason for withheld in verdict.withheld}
