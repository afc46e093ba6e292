"""What a client states of a child outside a question, and nothing for what it left out."""

from typing import Any

import strawberry

from gateway.graphql.types.inputs import KnownDetails
from gateway.model.further_details import further_details
from gateway.model.inquiry import Known


def known_of(child: KnownDetails) -> Known:
    """What a client says of a child outside a question."""
    record = given(child.agency_record)
    return Known(
        nhs_number=given(child.nhs_number),
        upn=given(child.upn),
        agency_record=(str(record.agency), record.record_id) if record else None,
        given_names=tuple(given(child.given_names) or ()),
        family_name=given(child.family_name),
        birth_date=given(child.birth_date),
        sex=given(child.sex),
        postcode=given(child.postcode),
        further=further_details(_further(child)),
    )


def _further(child: KnownDetails) -> dict[str, Any]:
    """What is told beyond name, birth date and number, by the fields' names to clients."""
    return {
        "otherNames": [
            {"givenNames": given(name.given_names), "familyName": given(name.family_name)}
            for name in given(child.other_names) or ()
        ],
        "formerPostcodes": given(child.former_postcodes),
        "carers": given(child.carers),
        "school": given(child.school),
        "gpPractice": given(child.gp_practice),
        "telephones": given(child.telephones),
    }


def given(value: Any) -> Any:
    """The value, or None where the client left it out."""
    return None if value is strawberry.UNSET else value
