"""The leading children of the story, by the part each plays."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from demo.population.lead import Lead
from demo.population.leads.adoption import adoption
from demo.population.leads.jonah import shielded
from demo.population.leads.mira import many_services
from demo.population.leads.mistaken import namesakes, nicknamed, superseded
from demo.population.leads.twins import twins
from demo.population.leads.unseen import demographics_only, moved, numberless, school_only
from demo.population.numbers import Numbers


@dataclass(frozen=True, slots=True)
class Cast:
    """The leading children; each field is a part, and its comment what the part shows.

    Every other agency of the borough knows nothing of them.
    """

    many_services: Lead  # known to ten services and more in four boroughs
    shielded: Lead  # restricted at NHS demographics and one council, unshielded where stale
    twin: Lead  # child health holds the brother's details under this one's number
    other_twin: Lead  # the brother; housing finds both whichever is asked for
    superseded: Lead  # two NHS numbers were merged; two agencies still hold the old one
    demographics_only: Lead  # held nowhere but on NHS demographics
    adopted: Lead  # a new name and new numbers since the adoption
    before_adoption: Lead  # the same child's closed records, which nothing may link
    namesake: Lead  # shares name and birth date with the next, in another borough
    other_namesake: Lead  # a stranger to the one before
    nicknamed: Lead  # half the agencies hold only the nickname
    moved: Lead  # the old council still works with the child, at the old address
    school_only: Lead  # lately from abroad: on the school roll and nowhere else
    numberless: Lead  # known to agencies that never record a number

    def __iter__(self) -> Iterator[Lead]:
        return (getattr(self, part.name) for part in fields(self))


def cast(numbers: Numbers) -> Cast:
    """The leading children; the same ones with the same numbers from the same `numbers`."""
    twin, other_twin = twins(numbers)
    adopted, before = adoption(numbers)
    namesake, other = namesakes(numbers)
    return Cast(
        many_services=many_services(numbers),
        shielded=shielded(numbers),
        twin=twin,
        other_twin=other_twin,
        superseded=superseded(numbers),
        demographics_only=demographics_only(numbers),
        adopted=adopted,
        before_adoption=before,
        namesake=namesake,
        other_namesake=other,
        nicknamed=nicknamed(numbers),
        moved=moved(numbers),
        school_only=school_only(numbers),
        numberless=numberless(numbers),
    )
