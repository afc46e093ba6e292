"""What one agency taught may go on to another only as the first one's manifest allows."""

from collections.abc import Mapping

from adapters.contract.codes import Claim
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Record
from gateway.fanout.sources import RegisteredSource
from gateway.questions.findings import Findings
from resolvers.child.child import Restriction

_SETTLES_SHIELD = frozenset({Claim.SPINE, Claim.SHIELD_AUTHORITY})


def lessons(
    findings: Findings, sources: Mapping[str, RegisteredSource]
) -> Mapping[str, Mapping[str, str]]:
    """What each source may be asked with besides the caller's own details, by source id.

    Nothing is passed on of a restricted child. While the shield is unknown, only those who
    can settle it (identity sources and shield authorities) are told; nobody is told an address.
    """
    if findings.restriction is Restriction.RESTRICTED:
        return {}
    cleared = findings.restriction is Restriction.NONE_KNOWN
    keys = _taught(findings, sources)
    return {
        name: keys
        for name, source in sources.items()
        if keys and (cleared or source.claims & _SETTLES_SHIELD)
    }


def once_cleared(
    findings: Findings, kept_back: Mapping[str, str], sources: Mapping[str, RegisteredSource]
) -> Mapping[str, Mapping[str, str]]:
    """Where the child lives, as the caller says, for whoever may be asked by it, by source id.

    Nobody before the child is cleared. After that nobody who can say that a child is restricted:
    whether they find her by a home would tell of a shielded child if the home was guessed right.
    (NHS demographics would not find her by it at all.)
    """
    if findings.restriction is not Restriction.NONE_KNOWN or not kept_back:
        return {}
    return {name: kept_back for name, source in sources.items() if not source.may_restrict}


def _taught(findings: Findings, sources: Mapping[str, RegisteredSource]) -> dict[str, str]:
    """The keys that certain records teach; one on which they disagree is taught to nobody.

    A name is taken from the identity sources first: spellings differ, and one must be chosen.
    """
    spine_first = sorted(sources.values(), key=lambda s: (Claim.SPINE not in s.claims, s.id))
    said: dict[str, list[str]] = {}
    for source in spine_first:
        for record in findings.resolution.certain(source.id):
            for key, value in _allowed(record, source).items():
                said.setdefault(key, []).append(value)
    names = {"given_name", "family_name"}
    return {key: v[0] for key, v in said.items() if key in names or len(set(v)) == 1}


def _allowed(record: Record, source: RegisteredSource) -> dict[str, str]:
    onward = source.manifest.source.onward
    keys: dict[str, str | None] = {}
    if "identifiers" in onward:
        keys |= {scheme: record.identifier(scheme) for scheme in (NHS_NUMBER, UPN)}
    if "birth_date" in onward and record.birth_date and record.birth_date.whole:
        keys["birth_date"] = str(record.birth_date)
    if "names" in onward and record.names:
        first = record.names[0]
        keys["given_name"] = first.given[0] if first.given else None
        keys["family_name"] = first.family
    return {key: value for key, value in keys.items() if value}
