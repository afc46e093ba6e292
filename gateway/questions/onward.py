"""What one agency taught may go on to another only as the first one's manifest allows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from adapters.contract.codes import SHIELD_CLAIMS, Claim
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Record
from gateway.fanout.sources import RegisteredSource
from gateway.questions.findings import Findings
from resolvers.child.child import Restriction
from resolvers.comparison.normalise import typed

Lesson = Mapping[str, str]
NUMBERS: Final = frozenset({NHS_NUMBER, UPN})
_SETTLES_SHIELD = frozenset({Claim.SPINE}) | SHIELD_CLAIMS


def lessons(
    findings: Findings, sources: Mapping[str, RegisteredSource]
) -> Mapping[str, Mapping[str, str]]:
    """What each source may be asked with besides the caller's own details, by source id.

    Nothing is passed on of a restricted child. While the shield is unknown, only those who
    can settle it (identity sources and the shield set) are told; nobody is told an address.
    They are told, too, what an identity source has on a record that hangs on name, date and sex
    alone: a child may be restricted under a number that stands there.
    """
    if findings.restriction is Restriction.RESTRICTED:
        return {}
    cleared = findings.restriction is Restriction.NONE_KNOWN
    tied = _taught(findings, sources)
    supposed = _taught(findings, sources, loose=True)
    taught = {
        name: supposed if source.claims & _SETTLES_SHIELD else tied if cleared else {}
        for name, source in sources.items()
    }
    return {name: keys for name, keys in taught.items() if keys}


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


def by_agency(
    learned: Mapping[str, frozenset[str]], sources: Mapping[str, RegisteredSource]
) -> Mapping[str, frozenset[str]]:
    """The names of the keys that were learned, by source id, as the log has them: by agency."""
    names: dict[str, frozenset[str]] = {}
    for source, keys in learned.items():
        agency = sources[source].agency
        names[agency] = names.get(agency, frozenset()) | keys
    return names


def disputed(findings: Findings, sources: Mapping[str, RegisteredSource]) -> tuple[Lesson, ...]:
    """Other numbers than those of `lessons`, where certain records disagree: to be asked by too."""
    said = _said(findings, sources)
    others = ((key, sorted({*said[key]} - {_first(said[key])})) for key in said.keys() & NUMBERS)
    return tuple({key: value} for key, values in others for value in values)


def _taught(
    findings: Findings, sources: Mapping[str, RegisteredSource], *, loose: bool = False
) -> dict[str, str]:
    """The keys that certain records teach; a birth date on which they disagree, to nobody.

    Names and numbers are taken from the identity sources first: spellings differ, a clerk may put a
    number on the wrong file, and one must be chosen.
    """
    said = _said(findings, sources, loose=loose)
    return {key: _first(v) for key, v in said.items() if key != "birth_date" or len(set(v)) == 1}


def _said(
    findings: Findings, sources: Mapping[str, RegisteredSource], *, loose: bool = False
) -> Mapping[str, Sequence[str]]:
    """What certain records say by key; a number that identity sources say stands alone.

    `loose`: of identity sources, those too that no number ties to what was asked, last.
    """
    spine_first = sorted(sources.values(), key=lambda s: (Claim.SPINE not in s.claims, s.id))
    said: dict[str, list[str]] = {}
    for spine in (True, False):
        heard = [s for s in spine_first if (Claim.SPINE in s.claims) is spine]
        settled = NUMBERS & said.keys()
        records = [(s, r) for s in heard for r in findings.resolution.tied(s.id)]
        if spine and loose:
            every = [(s, r) for s in heard for r in findings.resolution.certain(s.id)]
            tied = {(source.id, id(record)) for source, record in records}
            records += [(s, r) for s, r in every if (s.id, id(r)) not in tied]
        for key, value in _lessons_of(findings, records):
            if key not in settled:
                said.setdefault(key, []).append(value)
    return said


def _lessons_of(
    findings: Findings, records: Iterable[tuple[RegisteredSource, Record]]
) -> Iterator[tuple[str, str]]:
    for source, record in records:
        for key, value in _allowed(record, source).items():
            if Identifier(key, value) not in findings.of_others:
                yield key, value


def _first(values: Sequence[str]) -> str:
    return values[0]


def _allowed(record: Record, source: RegisteredSource) -> dict[str, str]:
    onward = source.manifest.source.onward
    keys: dict[str, str | None] = {}
    if "identifiers" in onward:
        keys |= {scheme: record.identifier(scheme) for scheme in (NHS_NUMBER, UPN)}
    if "birth_date" in onward and record.birth_date and record.birth_date.whole:
        keys["birth_date"] = str(record.birth_date)
    if "names" in onward and record.names:
        first = record.names[0]
        keys["given_name"] = typed(first.given[0]) if first.given else None
        keys["family_name"] = typed(first.family or "")
    return {key: value for key, value in keys.items() if value}
