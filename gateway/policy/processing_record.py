"""The record of processing that data protection law asks for, from the configuration in force."""

from collections.abc import Iterable, Iterator
from typing import Final

from adapters.manifest.manifest import Manifest
from adapters.manifest.release import Release
from gateway.config.operator_file import Disclosure, OperatorFile
from gateway.policy.rules.rule_set import RuleSet

_NOT_KEPT: Final = "Nothing about a child is kept: an answer stays in memory for one question."
_KEPT: Final = (
    "A log is kept: who asked, when, for which purpose, which agencies, and the names of the"
    " released fields. Children are in it as keyed pseudonyms. Justifications and case references"
    " are encrypted."
)
_CONCERNED: Final = (
    "Children and young people; their parents and carers; practitioners who work with them; the"
    " users who ask."
)
_GUARDED: Final = (
    "Tokens of known issuers; rules of each agency, default deny; a shield over all agencies;"
    " limits on how much each user may ask."
)
_LOGGED: Final = (
    "Every question is in the log before an agency is asked, and every release before it leaves."
    " Any change of the log shows."
)
_REVIEWED: Final = "Another person reviews break-glass and stated harm within three working days."
_UNSAID: Final = "not stated: add [controller] to the operator's file"


def register_of(
    manifests: Iterable[Manifest], operator: OperatorFile, rule_set: RuleSet
) -> Iterator[str]:
    """The lines of the record, as Markdown, by the letters of GDPR article 30(1)."""
    sources = sorted(manifests, key=lambda each: each.source.id)
    yield f"# Record of processing: {operator.log_origin}"
    areas = ", ".join(each.name for each in operator.area)
    yield f"\nRules in force: {rule_set.version}. Areas: {areas}."
    yield from _answering(operator)
    yield from _purposes(sources)
    yield "\n## (c) Whose data, and which\n"
    yield f"- {_CONCERNED}"
    classes = _named(rule.classes for manifest in sources for rule in manifest.release)
    yield f"- Classes that any source gives: {classes}."
    yield f"- {_NOT_KEPT}"
    yield "\n## (d) Recipients\n"
    yield "- Users of the organisations below, and other agencies where a source says so."
    for manifest in sources:
        yield from _source(manifest, rule_set)
    yield from _families(operator)
    yield from _transfers_and_time(operator)
    yield "\n## (g) Safeguards\n"
    yield from (f"- {each}" for each in (_GUARDED, _LOGGED, _REVIEWED))


def _answering(operator: OperatorFile) -> Iterator[str]:
    who = operator.controller
    yield "\n## (a) Who answers for it\n"
    yield f"- The gateway: {f'{who.name}, {who.contact}' if who else _UNSAID}"
    yield f"- Data protection officer: {who.data_protection_officer if who else _UNSAID}"
    yield "- Each agency is controller of its own records; they are named under (d)."


def _purposes(sources: Iterable[Manifest]) -> Iterator[str]:
    yield "\n## (b) Purposes\n"
    yield f"- {_named(rule.purposes for manifest in sources for rule in manifest.release)}."
    yield "- That a person concerned, an auditor and the agencies can see who asked what, and why."


def _transfers_and_time(operator: OperatorFile) -> Iterator[str]:
    who = operator.controller
    yield "\n## (e) Transfers to third countries\n"
    yield f"- {who.transfers if who else _UNSAID}"
    yield "\n## (f) Until when\n"
    yield f"- {_NOT_KEPT}"
    yield f"- {_KEPT} It is kept: {who.log_kept if who else _UNSAID}"


def _families(operator: OperatorFile) -> Iterator[str]:
    yield "\n### Families: who looked\n"
    if not operator.disclosure:
        yield "- Nothing is shown to them: there is no [[disclosure]]."
    yield from (f"- {_shown(rule)}" for rule in operator.disclosure)


def _shown(rule: Disclosure) -> str:
    asked = f"that {rule.organisation} asked" if rule.organisation else f"{rule.agency}, as asked"
    purposes = ", ".join(sorted(rule.purposes))
    match rule.show:
        case "now":
            return f"They see {asked}, for {purposes}: from a midnight 8 to 32 hours later"
        case "after":
            waits = f"{rule.days} days" if rule.days else rule.on or rule.event
            return f"They see {asked}, for {purposes}: after {waits}"
        case "never":
            return f"They never see {asked}, for {purposes}: {rule.basis}"


def _named(groups: Iterable[Iterable[str]]) -> str:
    return ", ".join(sorted({str(each) for group in groups for each in group})) or "none"


def _source(manifest: Manifest, rule_set: RuleSet) -> Iterator[str]:
    source, agency = manifest.source, manifest.agency
    yield f"\n### {agency.name}: {source.id}\n"
    yield f"- Contact: {agency.duty_contact.telephone}"
    yield f"- Sector: {source.sector}; areas: {', '.join(agency.areas) or 'national'}"
    yield f"- Other agencies are asked with its {', '.join(sorted(source.onward)) or 'nothing'}"
    yield from (f"- {_given(rule)}" for rule in manifest.release)
    own = rule_set.agencies[source.agency].rules.values()
    written = [rule for rule in own if rule.name.startswith(f"{source.id}.cedar/")]
    yield from (f"- Rule {rule.name}: {_effect(rule.forbids, rule.silent)}" for rule in written)
    if not manifest.release and not any(not rule.forbids for rule in written):
        yield "- Gives nothing."


def _given(rule: Release) -> str:
    to = f"{', '.join(sorted(rule.to.sectors))} ({', '.join(sorted(rule.to.roles))})"
    purposes = ", ".join(sorted(rule.purposes))
    return f"Gives {', '.join(sorted(rule.classes))} to {to} for {purposes}, until {rule.until}"


def _effect(forbids: bool, silent: bool) -> str:  # noqa: FBT001  two properties of one rule
    if not forbids:
        return "gives"
    return "keeps back silently" if silent else "keeps back"
