"""The test child, who is nobody: some agencies hold her so that one sees that they find anybody."""

from datetime import date
from typing import Final

from demo.population import register
from demo.population.lead import Stay
from demo.population.people import Address, Child
from demo.population.places import NORTHBROOK

# Those whose empty answer is to prove something, or to say that a child is not restricted.
HOLDERS: Final = (
    register.NHS_DEMOGRAPHICS,
    register.NORTHBROOK_SOCIAL_CARE,
    register.EASTHALLOW_SOCIAL_CARE,
    register.CHILD_HEALTH,
)
NOBODY: Final = Child(
    ref="9990000018",
    given=("Testcase",),
    family="Nobody",
    born=date(2015, 1, 15),
    sex="female",
    area=NORTHBROOK.code,
    addresses=(
        Address(
            line="1 Nowhere Street",
            town=NORTHBROOK.name,
            postcode=f"{NORTHBROOK.outward} 9ZZ",
            uprn="999000099999",
            since=date(2015, 1, 15),
        ),
    ),
    carers=(),
    practice=NORTHBROOK.practices[0],
    nhs_number="9990000018",
)


def kept_by(agency: str) -> Stay:
    """That an agency holds the test child, since she was made up."""
    return Stay(agency, NOBODY.born)
