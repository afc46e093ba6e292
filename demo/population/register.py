"""The agencies of the borough: what each covers, whom it takes on, which numbers it keeps."""

from dataclasses import dataclass
from typing import Final

from demo.population.places import EASTHALLOW, NORTHBROOK, SOUTHMERE, WESTERING, Area

NHS_DEMOGRAPHICS: Final = "nhs-demographics"
GP_RECORDS: Final = "gp-records"
NORTHBROOK_SOCIAL_CARE: Final = "northbrook-social-care"
EASTHALLOW_SOCIAL_CARE: Final = "easthallow-social-care"
NORTHBROOK_SCHOOLS: Final = "northbrook-schools"
CHILD_HEALTH: Final = "brookhallow-child-health"
POLICE: Final = "four-rivers-police"
HOUSING: Final = "southmere-housing"
HOSPITAL: Final = "southmere-hospital"
EARLY_HELP: Final = "westering-early-help"
WELLBEING: Final = "westering-wellbeing"
YOUTH_JUSTICE: Final = "northbrook-youth-justice"

EVERYWHERE: Final = (NORTHBROOK, EASTHALLOW, SOUTHMERE, WESTERING)


@dataclass(frozen=True, slots=True)
class Intake:
    """Whom an agency takes on: of the children of `areas` and `ages`, a `share` (0 to 1).

    `keeps_nhs` and `keeps_upn` are the shares of its records on which it has the number.
    """

    areas: tuple[Area, ...]
    ages: range
    share: float
    keeps_nhs: float = 0.0
    keeps_upn: float = 0.0


INTAKES: Final = {
    NHS_DEMOGRAPHICS: Intake(EVERYWHERE, range(18), 1.0, keeps_nhs=1.0),
    GP_RECORDS: Intake(EVERYWHERE, range(18), 0.97, keeps_nhs=1.0),
    # Both councils look every child up on NHS demographics overnight, so none lacks a number:
    # that is what lets their manifests claim that an empty result by NHS number is conclusive.
    NORTHBROOK_SOCIAL_CARE: Intake((NORTHBROOK,), range(18), 0.22, keeps_nhs=1.0, keeps_upn=1.0),
    EASTHALLOW_SOCIAL_CARE: Intake((EASTHALLOW,), range(18), 0.22, keeps_nhs=1.0, keeps_upn=0.6),
    NORTHBROOK_SCHOOLS: Intake((NORTHBROOK,), range(4, 17), 1.0, keeps_upn=1.0),
    CHILD_HEALTH: Intake((NORTHBROOK, EASTHALLOW), range(12), 0.8, keeps_nhs=1.0),
    POLICE: Intake(EVERYWHERE, range(18), 0.08),
    HOUSING: Intake((SOUTHMERE,), range(18), 0.4),
    HOSPITAL: Intake(EVERYWHERE, range(18), 0.15, keeps_nhs=0.85),
    EARLY_HELP: Intake((WESTERING,), range(18), 0.25, keeps_nhs=0.6, keeps_upn=0.8),
    WELLBEING: Intake(EVERYWHERE, range(8, 18), 0.05, keeps_nhs=1.0),
    YOUTH_JUSTICE: Intake((NORTHBROOK,), range(10, 18), 0.06),
}
