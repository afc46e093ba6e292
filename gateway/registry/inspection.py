"""A proposed manifest, held against every rule that needs no network and no secret."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adapters.conformance.kit import check_offline, level_of
from adapters.conformance.rules import KitRule
from adapters.contract.contract import WallClock
from adapters.manifest.manifest import Manifest
from adapters.validation.loading import ManifestInvalid, Problem, parse_manifest
from gateway.policy.rules.rule import RuleInvalid
from gateway.policy.rules.rule_set import Baseline, open_rule_set
from gateway.registry.ledger.record import RuleResult

LINTED: Final = "its rules keep to its own agency's sources"
BEARABLE: Final = "it can be read within the limits of time, memory and depth"
# Without these nobody can tell whether its answers are read as they are meant.
# And one of sensitive services alone would tell by its very row which kind knows the child; one
# whose mark of a restricted child nobody has seen at work may clear everybody.
NEEDED: Final = frozenset(
    {
        KitRule.EXAMPLES,
        KitRule.ABSENCES,
        KitRule.READ,
        KitRule.FAULTS,
        KitRule.CHANGED,
        KitRule.TOGETHER,
        KitRule.POOLED,
        KitRule.MARKED,
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was sent: a manifest, the Cedar beside it if any, and its examples' replies by name."""

    manifest: str
    rules: str | None
    replies: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found of a manifest, and the level that it reaches.

    `usable` says whether it may be kept: it can be read, its rules are its own, and its examples
    are read as they say, so that no number in them may be somebody's.
    """

    findings: tuple[RuleResult, ...]
    level: str | None = None

    @property
    def read(self) -> bool:
        """Whether it is a manifest that can be read at all."""
        return not any(
            f.passed is False and f.rule in {KitRule.VALID, BEARABLE} for f in self.findings
        )

    @property
    def usable(self) -> bool:
        """Whether a version of it may be kept."""
        must = {KitRule.VALID, LINTED, BEARABLE, KitRule.READ, KitRule.TOGETHER}
        return not any(f.passed is False and f.rule in must for f in self.findings)


def needed(findings: Iterable[RuleResult]) -> tuple[RuleResult, ...]:
    """What must be mended before anybody may approve the version."""
    return tuple(each for each in findings if each.passed is False and each.rule in NEEDED)


def read_proposal(text: str) -> Manifest | tuple[RuleResult, ...]:
    """The manifest of a text, or what to change in it, by line; no value of it is repeated."""
    try:
        return parse_manifest(text, Path("manifest"))
    except ManifestInvalid as error:
        return tuple(
            RuleResult(KitRule.VALID, passed=False, what=_said(one)) for one in error.problems
        )


async def inspected(
    proposal: Proposal,
    manifest: Manifest,
    beside: Iterable[Manifest],
    baseline: Baseline,
    now: WallClock,
) -> Inspected:
    """The proposal held against the rules; `beside` are its agency's manifests in force."""
    others = [each for each in beside if each.source.id != manifest.source.id]
    linted = _linted(proposal, manifest, others, baseline)
    verdicts = await check_offline(manifest, proposal.replies, now)
    findings = tuple(RuleResult(one.rule, one.passed, one.what) for one in verdicts)
    level = level_of(verdicts)
    return Inspected((*findings, linted), None if level is None else level.value)


def _linted(
    proposal: Proposal, manifest: Manifest, others: list[Manifest], baseline: Baseline
) -> RuleResult:
    written = {} if proposal.rules is None else {manifest.source.id: proposal.rules}
    try:
        open_rule_set(baseline, [*others, manifest], written)
    except RuleInvalid as error:
        return RuleResult(LINTED, passed=False, what=str(error))
    return RuleResult(LINTED, passed=True)


def _said(problem: Problem) -> str:
    where = [f"line {problem.line}"] if problem.line else []
    return ": ".join([*where, *filter(None, [problem.key, problem.what])])
