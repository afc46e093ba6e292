"""Four neighbouring boroughs that do not exist, with their streets, schools and practices.

Area codes are shaped like GSS codes and never issued. Postcodes open with a Q, which Royal Mail
never uses in the first place, so each parses and none is anybody's. School and practice codes lie
outside the issued ranges.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class School:
    """A school; `urn` is shaped like the DfE's number."""

    name: str
    urn: str


@dataclass(frozen=True, slots=True)
class Practice:
    """A GP practice; `ods` is shaped like an NHS organisation code."""

    name: str
    ods: str
    telephone: str


@dataclass(frozen=True, slots=True)
class Area:
    """A borough; `authority` opens its pupils' numbers, `outward` its postcodes."""

    code: str
    name: str
    authority: str
    outward: str
    streets: tuple[str, ...]
    primary: tuple[School, ...]
    secondary: School
    practices: tuple[Practice, ...]


NORTHBROOK: Final = Area(
    code="E09990001",
    name="Northbrook",
    authority="991",
    outward="QN1",
    streets=("Fuller's Walk", "Millrace Road", "Heronsgate", "Tenterfield Lane", "Brook Terrace"),
    primary=(School("Millrace Primary School", "990101"), School("St Osyth's School", "990102")),
    secondary=School("Northbrook Academy", "990103"),
    practices=(
        Practice("Heronsgate Surgery", "Z99011", "020 7946 0111"),
        Practice("Millrace Medical Centre", "Z99012", "020 7946 0112"),
    ),
)
EASTHALLOW: Final = Area(
    code="E09990002",
    name="Easthallow",
    authority="992",
    outward="QE2",
    streets=("Hallow Hill", "Saddler's Row", "Copperas Street", "Limekiln Lane", "Orchard Close"),
    primary=(School("Hallow Hill Infants", "990201"), School("Copperas Primary", "990202")),
    secondary=School("Easthallow High School", "990203"),
    practices=(
        Practice("Saddler's Row Practice", "Z99021", "020 7946 0121"),
        Practice("Limekiln Health Centre", "Z99022", "020 7946 0122"),
    ),
)
SOUTHMERE: Final = Area(
    code="E09990003",
    name="Southmere",
    authority="993",
    outward="QS3",
    streets=("Mere View", "Osier Road", "Wherry Lane", "Staithe Street", "Reedcutter's Yard"),
    primary=(School("Osier Road Primary", "990301"), School("Wherry Lane School", "990302")),
    secondary=School("Southmere Community School", "990303"),
    practices=(
        Practice("Mere View Surgery", "Z99031", "020 7946 0131"),
        Practice("Staithe Family Practice", "Z99032", "020 7946 0132"),
    ),
)
WESTERING: Final = Area(
    code="E09990004",
    name="Westering",
    authority="994",
    outward="QW4",
    streets=("Sundial Street", "Weatherall Road", "Vane Lane", "Lantern Court", "Gable End"),
    primary=(School("Sundial Primary School", "990401"), School("Vane Lane School", "990402")),
    secondary=School("Westering College", "990403"),
    practices=(
        Practice("Lantern Court Surgery", "Z99041", "020 7946 0141"),
        Practice("Weatherall Practice", "Z99042", "020 7946 0142"),
    ),
)

AREAS: Final = (NORTHBROOK, EASTHALLOW, SOUTHMERE, WESTERING)
