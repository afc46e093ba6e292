"""Every rule in force: the baseline and each agency's own, parsed once and kept apart."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, Self

from cedarpy import PolicySet, Schema

from adapters.contract.codes import ReleaseClass
from adapters.manifest.manifest import Manifest
from adapters.manifest.release import Release
from gateway.model.errors import ConfigurationInvalid
from gateway.policy.rules.lint import Estate
from gateway.policy.rules.reading import (
    LONGEST_KEPT,
    MOST_KEPT,
    read_baseline,
    read_rules,
    read_tables,
)
from gateway.policy.rules.rule import Rule

SHIPPED: Final = Path(__file__).parents[1] / "baseline"
_LONGEST_PARSED: Final = 4 * LONGEST_KEPT  # as JSON, with the baseline


@dataclass(frozen=True)
class Baseline:
    """The schema and the baseline, which every agency's rules stand on."""

    schema_text: str
    schema: Schema = field(repr=False, compare=False)
    baseline: tuple[Rule, ...]

    @classmethod
    def at(cls, folder: Path = SHIPPED) -> Self:
        """Read both files; ConfigurationInvalid says what to change."""
        try:
            schema_text = (folder / "teamaround.cedarschema").read_text("utf-8")
            schema = _schema(schema_text)
            baseline = (folder / "baseline.cedar").read_text("utf-8")
        except (OSError, ValueError) as error:
            raise ConfigurationInvalid(f"{folder}: {type(error).__name__} in the rules") from None
        return cls(schema_text, schema, _forbids(baseline, schema))


@dataclass(frozen=True)
class AgencyRules:
    """One agency's rules with the baseline: what decides about its sources, and nothing else."""

    agency: str
    rules: Mapping[str, Rule]
    tables: Mapping[str, tuple[Release, ...]]
    bulk_roles: Mapping[str, frozenset[str]]
    parsed: PolicySet = field(repr=False, compare=False)

    @property
    def things(self) -> tuple[Mapping[str, Any], ...]:
        """The agency, its sources and their classes, as entities of Cedar."""
        sources = [
            _thing("Source", source, {}, [("Agency", self.agency)]) for source in self.tables
        ]
        classes = [
            _thing(
                "ReleaseClass",
                class_id(source, name),
                {"class": {"type": "Class", "id": name.value}, "bulkTo": self._bulk_to(source)},
                [("Source", source)],
            )
            for source in self.tables
            for name in ReleaseClass
        ]
        return (_thing("Agency", self.agency, {}, []), *sources, *classes)

    def _bulk_to(self, source: str) -> list[Mapping[str, str]]:
        return [{"type": "Role", "id": role} for role in sorted(self.bulk_roles[source])]


@dataclass(frozen=True)
class RuleSet:
    """The rules of every agency, by agency id; frozen, and replaced whole when anything changes."""

    baseline: Baseline
    agencies: Mapping[str, AgencyRules]

    @cached_property
    def sha256(self) -> str:
        """A hash of the schema and of every rule in force, in hex; order does not matter."""
        rules = sorted(
            f"[{json.dumps(agency)}, {json.dumps(rule.name)}, {rule.cedar}]"
            for agency, own in self.agencies.items()
            for rule in own.rules.values()
        )
        bulk = sorted(
            json.dumps([source, sorted(roles)])
            for own in self.agencies.values()
            for source, roles in own.bulk_roles.items()
        )
        held = "\n".join([self.baseline.schema_text, *rules, *bulk])
        return hashlib.sha256(held.encode()).hexdigest()

    @property
    def version(self) -> str:
        """The beginning of the hash, by which the log names the rules that decided."""
        return self.sha256[:16]


def open_rule_set(
    baseline: Baseline, manifests: Iterable[Manifest], written: Mapping[str, str] | None = None
) -> RuleSet:
    """The rule set of these manifests' tables and of what their agencies wrote beside them.

    `written` is Cedar by source id. RuleInvalid names the first document that cannot be used.
    """
    by_agency: dict[str, list[Manifest]] = {}
    for manifest in sorted(manifests, key=lambda each: each.source.id):
        by_agency.setdefault(manifest.source.agency, []).append(manifest)
    agencies = {
        agency: _agency_rules(baseline, agency, own, written or {})
        for agency, own in by_agency.items()
    }
    return RuleSet(baseline, agencies)


def class_id(source: str, name: ReleaseClass) -> str:
    """The id of a source's release class as an entity of Cedar."""
    return f"{source}/{name.value}"


def _agency_rules(
    baseline: Baseline, agency: str, manifests: list[Manifest], written: Mapping[str, str]
) -> AgencyRules:
    estate = Estate(agency, frozenset(manifest.source.id for manifest in manifests))
    rules = list(baseline.baseline)
    for manifest in manifests:
        source = manifest.source.id
        rules += read_tables(manifest, baseline.schema, estate)
        if source in written:
            rules += read_rules(written[source], f"{source}.cedar", baseline.schema, estate)
    by_name = {rule.name: rule for rule in rules}
    written_out = ", ".join(f"{json.dumps(name)}: {rule.cedar}" for name, rule in by_name.items())
    document = f'{{"staticPolicies": {{{written_out}}}, "templates": {{}}, "templateLinks": []}}'
    return AgencyRules(
        agency=agency,
        rules=by_name,
        tables={manifest.source.id: manifest.release for manifest in manifests},
        bulk_roles={manifest.source.id: manifest.source.bulk_roles for manifest in manifests},
        parsed=_parsed(document),
    )


def _parsed(document: str) -> PolicySet:
    if len(document) > _LONGEST_PARSED:
        return PolicySet.from_json_str(document)
    return _kept(document)


@lru_cache(MOST_KEPT)
def _kept(document: str) -> PolicySet:
    return PolicySet.from_json_str(document)


_schema = lru_cache(2)(Schema.from_str)
_forbids = lru_cache(2)(read_baseline)


def _thing(
    kind: str, name: str, attributes: Mapping[str, Any], parents: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    return {
        "uid": {"type": kind, "id": name},
        "attrs": dict(attributes),
        "parents": [{"type": above, "id": its_name} for above, its_name in parents],
    }
