"""What the child's certain records teach about the others: numbers, family names and homes."""

from collections.abc import Collection, Iterable

from adapters.contract.frozen import replace
from resolvers.comparison.names import compare_givens
from resolvers.matching.details import NUMBERS, Details
from resolvers.matching.grading import KnownOfChild


def taught(
    asked: KnownOfChild, members: Collection[Details], contested: frozenset[str] = frozenset()
) -> tuple[KnownOfChild, frozenset[str]]:
    """What is known with the members' help, and the schemes in which these disagree.

    A number that was asked for stands alone; a scheme in dispute, or `contested` by records like
    hers that are no members, teaches nothing. Given names are
    never learned, because a mixed-up file would teach the twin's; nor are family names from one
    that bears another given name. Homes are learned only of a child who has been cleared.
    """
    if not members:
        return asked, frozenset()
    known = asked.all
    if all(_taught_already(known, held) for held in members):
        return asked, frozenset()
    said = {n: _all_of(held.numbers(n) for held in members) for n in NUMBERS}
    open_schemes = [n for n in NUMBERS if not known.numbers(n)]
    disputed = frozenset(
        n for n in open_schemes if len(said[n]) > 1 or (said[n] and n in contested)
    )
    learned = {
        n: said[n] if n in open_schemes and n not in disputed else known.numbers(n) for n in NUMBERS
    }
    homes = known.postcodes
    if homes is not None:
        homes = homes.union(*(held.postcodes or () for held in members))
    families = known.families.union(*(_families(known, held) for held in members))
    nhs_numbers, upns = (learned[n] for n in NUMBERS)
    further = replace(known, nhs_numbers=nhs_numbers, upns=upns, families=families, postcodes=homes)
    return replace(asked, all=further), disputed


def _taught_already(known: Details, held: Details) -> bool:
    """Whether a record says nothing of her that could teach: as most do beside another."""
    if not held.families <= known.families:
        return False
    if (held.nhs_numbers and not known.nhs_numbers) or (held.upns and not known.upns):
        return False
    return known.postcodes is None or (held.postcodes or known.postcodes) <= known.postcodes


def _families(known: Details, held: Details) -> frozenset[str]:
    """The family names of a record under the child's own given name."""
    fits = compare_givens(held.givens, known.givens).fits
    return held.families if fits else frozenset()


def _all_of(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
