"""A text of Cedar becomes rules, each checked against the schema and named, or is refused."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from cedarpy import Schema, policies_to_json_str, validate_policies

from gateway.policy.rules.lint import Estate, Parsed, annotation_faults, reach_faults, reason_faults
from gateway.policy.rules.rule import KEPT_BACK, Rule, RuleInvalid
from resolvers.child.child import WithheldReason

Faults = Callable[[Parsed], Iterator[str]]


def read_baseline(text: str, schema: Schema) -> tuple[Rule, ...]:
    """The gateway's own forbids, for every agency; RuleInvalid says what to change."""

    def forbids_only(rule: Parsed) -> Iterator[str]:
        if rule["effect"] != "forbid":
            yield "the baseline only forbids"

    return _read(text, "baseline", schema, [annotation_faults, forbids_only])


def read_rules(text: str, document: str, schema: Schema, estate: Estate) -> tuple[Rule, ...]:
    """The rules of an agency's `document`; RuleInvalid names each rule that cannot be used."""

    def beyond(rule: Parsed) -> Iterator[str]:
        return reach_faults(rule, estate)

    return _read(text, document, schema, [annotation_faults, reason_faults, beyond])


def _read(text: str, document: str, schema: Schema, checks: list[Faults]) -> tuple[Rule, ...]:
    try:
        parsed = json.loads(policies_to_json_str(text))
    except ValueError as error:
        raise RuleInvalid(document, [f"is no Cedar: {_one_line(error)}"]) from None
    found: dict[str, Parsed] = parsed["staticPolicies"]
    problems = ["a template applies to nobody: fill its slots"] if parsed["templates"] else []
    for place, rule in found.items():
        problems += [f"{_called(place, rule)}: {p}" for check in checks for p in check(rule)]
    problems += _not_of_the_schema(text, found, schema) or _twice(found)
    if problems:
        raise RuleInvalid(document, problems)
    return tuple(_rule(document, rule) for rule in found.values())


def _not_of_the_schema(text: str, found: dict[str, Parsed], schema: Schema) -> list[str]:
    errors = validate_policies(text, schema).errors
    return [
        f"{_called(error.policy_id, found.get(error.policy_id, {}))}: {_one_line(error.error)}"
        for error in errors
    ]


def _twice(found: dict[str, Parsed]) -> list[str]:
    names = Counter(rule.get("annotations", {}).get("id") for rule in found.values())
    return [f"two rules are called {name}" for name, count in names.items() if count > 1]


def _called(place: str, rule: Parsed) -> str:
    name = rule.get("annotations", {}).get("id")
    return f"rule {name or place}"


def _one_line(error: object) -> str:
    return " ".join(str(error).split())


def _rule(document: str, cedar: Parsed) -> Rule:
    told: dict[str, Any] = cedar["annotations"]
    return Rule(
        name=f"{document}/{told['id']}",
        cedar=cedar,
        silent="silent" in told,
        reason=WithheldReason(told.get("reason", WithheldReason.POLICY)),
        message=told.get("message", KEPT_BACK),
    )
