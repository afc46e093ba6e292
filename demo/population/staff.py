"""Who works at each agency: named practitioners in teams, with telephones that ring nobody."""

import random
from dataclasses import dataclass
from typing import Final

from demo.population import register
from demo.population.names import BOYS, FAMILIES, GIRLS
from demo.population.numbers import Numbers

_STAFF_OF_A_TEAM = 4


@dataclass(frozen=True, slots=True)
class Team:
    """A team; `registrar` opens its members' registration numbers, if they must be registered."""

    name: str
    role: str
    telephone: str
    email: str
    registrar: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A practitioner of a team."""

    given: str
    family: str
    telephone: str
    email: str
    team: Team
    registration: str | None = None

    @property
    def name(self) -> str:
        """The name as it is said."""
        return f"{self.given} {self.family}"


TEAMS: Final = {
    register.GP_RECORDS: (
        Team("General practice", "GP", "020 7946 0200", "reception@practices.example", "GMC"),
    ),
    register.NORTHBROOK_SOCIAL_CARE: (
        Team(
            "Family Safeguarding North",
            "Social worker",
            "020 7946 0211",
            "safeguarding@northbrook.example",
            "SW",
        ),
        Team(
            "Assessment and MASH",
            "Senior social worker",
            "020 7946 0212",
            "mash@northbrook.example",
            "SW",
        ),
    ),
    register.EASTHALLOW_SOCIAL_CARE: (
        Team(
            "Child in Need Team 2",
            "Social worker",
            "020 7946 0221",
            "cin2@easthallow.example",
            "SW",
        ),
        Team(
            "Children Looked After",
            "Social worker",
            "020 7946 0222",
            "cla@easthallow.example",
            "SW",
        ),
    ),
    register.NORTHBROOK_SCHOOLS: (
        Team("Pastoral", "Head of year", "020 7946 0231", "pastoral@schools.northbrook.example"),
        Team(
            "Safeguarding",
            "Designated safeguarding lead",
            "020 7946 0232",
            "dsl@schools.northbrook.example",
        ),
    ),
    register.CHILD_HEALTH: (
        Team(
            "0-11 Public Health Nursing",
            "Health visitor",
            "020 7946 0241",
            "nursing@brookhallow.example",
            "NMC",
        ),
    ),
    register.POLICE: (
        Team(
            "Child Abuse Investigation",
            "Officer in case",
            "020 7946 0251",
            "caiu@fourrivers.example",
        ),
        Team(
            "Neighbourhood Policing",
            "Neighbourhood officer",
            "020 7946 0252",
            "npt@fourrivers.example",
        ),
    ),
    register.HOUSING: (
        Team("Tenancy Services", "Housing officer", "020 7946 0261", "tenancy@southmere.example"),
    ),
    register.HOSPITAL: (
        Team(
            "Paediatric Emergency",
            "Safeguarding nurse",
            "020 7946 0271",
            "paed-ed@southmere-hospital.example",
            "NMC",
        ),
    ),
    register.EARLY_HELP: (
        Team(
            "Family Hub",
            "Early help worker",
            "020 7946 0281",
            "family-hub@westering.example",
        ),
    ),
    register.WELLBEING: (
        Team("Thursday Clinic", "Therapist", "020 7946 0291", "clinic@wellbeing.example", "HCPC"),
    ),
    register.YOUTH_JUSTICE: (
        Team("Prevention", "Case manager", "020 7946 0301", "prevention@northbrook-yj.example"),
    ),
}


def staff(numbers: Numbers, chance: random.Random) -> dict[str, tuple[Worker, ...]]:
    """The workers of each agency by its name; an agency that only registers people has none."""
    return {
        agency: tuple(
            _worker(team, numbers, chance) for team in teams for _ in range(_STAFF_OF_A_TEAM)
        )
        for agency, teams in TEAMS.items()
    }


def _worker(team: Team, numbers: Numbers, chance: random.Random) -> Worker:
    given, family = chance.choice(GIRLS + BOYS), chance.choice(FAMILIES)
    domain = team.email.partition("@")[2]
    serial = chance.randrange(100_000, 999_999)
    return Worker(
        given=given,
        family=family,
        telephone=numbers.landline(),
        email=f"{given}.{family}@{domain}".lower(),
        team=team,
        registration=f"{team.registrar}{serial}" if team.registrar else None,
    )
