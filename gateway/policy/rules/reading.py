"""A text of Cedar becomes rules, each checked against the schema and named, or is refused."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, Self

from cedarpy import Schema, policies_to_json_str, validate_policies

from adapters.manifest.manifest import Manifest
from gateway.policy.rules.lines import line_of_no_cedar, lines_of_rules
from gateway.policy.rules.lint import Estate, Parsed, annotation_faults, reach_faults, reason_faults
from gateway.policy.rules.rule import KEPT_BACK, Rule, RuleInvalid
from gateway.policy.rules.tables import tables_as_cedar
from resolvers.child.child import WithheldReason

Faults = Callable[[Parsed], Iterator[str]]
# What is kept of texts that were read before: so many, and of each so many characters.
MOST_KEPT: Final = 512
LONGEST_KEPT: Final = 16_384
_TEMPLATE: Final = "a template applies to nobody: fill its slots"


def read_baseline(text: str, schema: Schema) -> tuple[Rule, ...]:
    """The gateway's own forbids, for every agency; RuleInvalid says what to change."""

    def forbids_only(rule: Parsed) -> Iterator[str]:
        if rule["effect"] != "forbid":
            yield "the baseline only forbids"

    checks = [annotation_faults, forbids_only]
    return _rules(_Document.by_hand("baseline", text), schema, checks)


def read_rules(text: str, document: str, schema: Schema, estate: Estate) -> tuple[Rule, ...]:
    """The rules of an agency's `document`; RuleInvalid names each rule that cannot be used."""
    return _kept(text)(document, text, schema, estate, by_hand=True)


def read_tables(manifest: Manifest, schema: Schema, estate: Estate) -> tuple[Rule, ...]:
    """The rules of a manifest's tables; RuleInvalid names them by their numbers, without lines."""
    text = tables_as_cedar(manifest)
    return _kept(text)(manifest.source.id, text, schema, estate, by_hand=False)


def _kept(text: str) -> Callable[..., tuple[Rule, ...]]:
    """What reads a text of an agency: a short one once, whatever is reloaded beside it."""
    return _agency_rules if len(text) <= LONGEST_KEPT else _agency_rules.__wrapped__


@lru_cache(MOST_KEPT)
def _agency_rules(
    name: str, text: str, schema: Schema, estate: Estate, *, by_hand: bool
) -> tuple[Rule, ...]:
    written = _Document.by_hand(name, text) if by_hand else _Document(name, text)
    return _rules(written, schema, _of_agency(estate))


def _of_agency(estate: Estate) -> list[Faults]:
    def beyond(rule: Parsed) -> Iterator[str]:
        return reach_faults(rule, estate)

    return [annotation_faults, reason_faults, beyond]


@dataclass(frozen=True, slots=True)
class _Document:
    """A text of Cedar, and at which line each rule begins if somebody wrote it by hand."""

    name: str
    text: str
    lines: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def by_hand(cls, name: str, text: str) -> Self:
        """One whose lines mean something to whoever wrote it."""
        # Cedar counts the rules of a text from policy0.
        return cls(
            name, text, {f"policy{at}": line for at, line in enumerate(lines_of_rules(text))}
        )


def _rules(document: _Document, schema: Schema, checks: Sequence[Faults]) -> tuple[Rule, ...]:
    try:
        parsed = json.loads(policies_to_json_str(document.text))
    except ValueError as error:
        line = line_of_no_cedar(document.text) if document.lines else 0
        raise RuleInvalid(document.name, [(line, f"is no Cedar: {_one_line(error)}")]) from None
    found: dict[str, Parsed] = parsed["staticPolicies"]
    told = [
        (place, f"{_called(place, rule)}: {what}")
        for place, rule in found.items()
        for check in checks
        for what in check(rule)
    ]
    told += [(place, _TEMPLATE) for place in parsed["templates"]]
    told += [*_not_of_the_schema(document.text, found, schema)] or [*_twice(found)]
    if told:
        problems = [(document.lines.get(place, 0), what) for place, what in told]
        raise RuleInvalid(document.name, sorted(problems, key=itemgetter(0)))
    return tuple(_rule(document.name, rule) for rule in found.values())


def _not_of_the_schema(
    text: str, found: Mapping[str, Parsed], schema: Schema
) -> Iterator[tuple[str, str]]:
    for error in validate_policies(text, schema).errors:
        place = error.policy_id
        yield place, f"{_called(place, found.get(place, {}))}: {_one_line(error.error)}"


def _twice(found: Mapping[str, Parsed]) -> Iterator[tuple[str, str]]:
    """Each rule that has the name of one before it."""
    names = set[str]()
    for place, rule in found.items():
        name = rule.get("annotations", {}).get("id")
        if name in names:
            yield place, f"two rules are called {name}"
        names.add(name)


def _called(place: str, rule: Parsed) -> str:
    name = rule.get("annotations", {}).get("id")
    return f"rule {name or place}"


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def _rule(document: str, cedar: Parsed) -> Rule:
    told: dict[str, Any] = cedar["annotations"]
    return Rule(
        name=f"{document}/{told['id']}",
        cedar=json.dumps(cedar, sort_keys=True),
        forbids=cedar["effect"] == "forbid",
        silent="silent" in told,
        reason=WithheldReason(told.get("reason", WithheldReason.POLICY)),
        message=told.get("message", KEPT_BACK),
    )
