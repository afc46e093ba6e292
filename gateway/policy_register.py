"""The record of processing that data protection law asks for, from the configuration in force."""

from collections.abc import Iterable, Iterator
from typing import Final

from adapters.manifest import Manifest
from adapters.release import Release
from gateway.operator_file import OperatorFile
from gateway.rules.book import RuleBook

_NOT_KEPT: Final = "Nothing of a child is kept: an answer lives in memory for one question."
_KEPT: Final = (
    "Kept is a log of who asked, when, for which purpose, of which agencies, and the names of the"
    " fields that were released; children stand in it as keyed pseudonyms, justifications and case"
    " references encrypted."
)


def register_of(
    manifests: Iterable[Manifest], operator: OperatorFile, book: RuleBook
) -> Iterator[str]:
    """The lines of the record (GDPR, article 30), as Markdown."""
    yield f"# Record of processing: {operator.log_origin}"
    yield f"\nRules in force: {book.version}. Areas: {', '.join(a.name for a in operator.area)}.\n"
    yield f"- {_NOT_KEPT}"
    yield f"- {_KEPT}"
    for manifest in sorted(manifests, key=lambda each: each.source.id):
        yield from _source(manifest, book)


def _source(manifest: Manifest, book: RuleBook) -> Iterator[str]:
    source, agency = manifest.source, manifest.agency
    yield f"\n## {agency.name}: {source.id}\n"
    yield f"- Contact: {agency.duty_contact.telephone}"
    yield f"- Sector: {source.sector}; areas: {', '.join(agency.areas) or 'national'}"
    yield f"- Other agencies are asked with its {', '.join(sorted(source.onward)) or 'nothing'}"
    yield from (f"- {_given(rule)}" for rule in manifest.release)
    own = book.agencies[source.agency].rules.values()
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
