"""The shield is a join: restricted at one agency is restricted in the whole answer."""

from collections.abc import Mapping

from adapters.contract.frozen import replace
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Record
from resolvers.child.child import Restriction
from resolvers.matching.grade import Resolution


def restriction(
    resolution: Resolution, authorities: Mapping[str, bool], members: Mapping[str, bool]
) -> Restriction:
    """Whether the child is shielded, from every record of the shield set that may be the child's.

    `authorities`: the source id of every shield authority that counts for the question, with True
    only where it said conclusively, for a certain identifier, that it holds no such child.
    `members`: every source of the shield set, with True where it answered in full. Only when each
    authority has cleared the child, and there is one, and every member has answered, is none
    known; else it is unknown.
    """
    if any(map(resolution.restricted_at, members)):
        return Restriction.RESTRICTED
    cleared = all(_cleared(resolution, s, no_record=a) for s, a in authorities.items())
    heard = all(spoke and _readable(resolution, source) for source, spoke in members.items())
    return Restriction.NONE_KNOWN if authorities and cleared and heard else Restriction.UNKNOWN


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


def _readable(resolution: Resolution, source: str) -> bool:
    """Whether no certain record of the source leaves open whether the child is restricted."""
    return None not in [record.restricted for record in resolution.certain(source)]


def _cleared(resolution: Resolution, source: str, *, no_record: bool) -> bool:
    certain = resolution.certain(source)
    if certain:
        return all(record.restricted is False for record in certain)
    return no_record is True
