"""An agency's own words for "you may not see this record", told as a restricted record."""

from collections.abc import Mapping

from adapters.contract.codes import NameUse
from adapters.contract.contract import Records
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import AGENCY_RECORD, NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Name, Record


def restricted_records(given: Mapping[str, str]) -> Records:
    """One record of the child who was asked for, restricted; nothing but what was asked with.

    The agency holds her and says no more, so that she is neither absent nor cleared. `given` is as
    in Question.
    """
    schemes = (NHS_NUMBER, UPN)
    found = tuple(Identifier(scheme, given[scheme]) for scheme in schemes if scheme in given)
    record = Record(
        record_id=given.get(AGENCY_RECORD),
        identifiers=found,
        names=_names(given),
        birth_date=_birth_date(given),
        restricted=True,
    )
    return Records((record,))


def _names(given: Mapping[str, str]) -> tuple[Name, ...]:
    first, last = given.get("given_name"), given.get("family_name")
    return (Name((first,) if first else (), last, NameUse.CURRENT),) if first or last else ()


def _birth_date(given: Mapping[str, str]) -> PartialDate | None:
    try:
        return PartialDate.parse(given["birth_date"]) if "birth_date" in given else None
    except ValueError:
        return None
