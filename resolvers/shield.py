"""The shield is a join: restricted at one agency is restricted in the whole answer."""

from collections.abc import Mapping
from dataclasses import replace

from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Record
from resolvers.child.child import Restriction
from resolvers.matching.grade import MatchGrade, Resolution


def restriction(resolution: Resolution, authorities: Mapping[str, bool]) -> Restriction:
    """Whether the child is shielded, from every record that is or may be the child's.

    `authorities`: the source id of every shield authority in scope, with True only where it said
    conclusively, for a certain identifier, that it holds no such child. Only when each of them
    has cleared the child, and there is one, is none known; else it is unknown.
    """
    if resolution.restricted or any(
        _restricted(resolution, source) for source in resolution.by_source
    ):
        return Restriction.RESTRICTED
    if authorities and all(_cleared(resolution, s, no_record=a) for s, a in authorities.items()):
        return Restriction.NONE_KNOWN
    return Restriction.UNKNOWN


def unlocated(record: Record) -> Record:
    """What may remain of a national source's record when the child's location is hidden.

    A UPN goes because its digits name an authority, a status' label and system because an
    authority words them, everything else because it says where the child lives or goes.
    """
    return Record(
        identifiers=tuple(i for i in record.identifiers if i.scheme == NHS_NUMBER),
        names=record.names,
        birth_date=record.birth_date,
        birth_date_estimated=record.birth_date_estimated,
        sex=record.sex,
        carers=tuple(replace(c, telephone=None) for c in record.carers),
        support_statuses=tuple(
            replace(s, label=None, system=None) for s in record.support_statuses
        ),
    )


def _restricted(resolution: Resolution, source: str) -> bool:
    return any(
        g.record.restricted is True and g.grade.grade is not MatchGrade.CERTAINLY_NOT
        for g in resolution.by_source[source]
    )


def _cleared(resolution: Resolution, source: str, *, no_record: bool) -> bool:
    certain = resolution.certain(source)
    if certain:
        return all(record.restricted is False for record in certain)
    return no_record is True
