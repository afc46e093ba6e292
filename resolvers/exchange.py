"""What one more exchange may bring: one more detail told, or what was typed read again.

A namesake has the child's name, and one in many her birthday and sex. So what is certain by these
alone is not joined until one more detail ties it to the caller's own words (ADR 0030).
"""

from collections import defaultdict
from collections.abc import Iterable

from adapters.contract.record import Identifier, Record
from resolvers.child_need import ChildNeed, NeedCode
from resolvers.comparison.agreement import Agreement
from resolvers.comparison.names import givens
from resolvers.comparison.postcodes import KnownHomes
from resolvers.matching.details import Details, ReadOnce
from resolvers.matching.evidence import bears_number, weigh
from resolvers.matching.reference import Reference


def tied(
    told: Reference, certain: Iterable[tuple[str, Record]], read: ReadOnce
) -> tuple[tuple[str, Record], ...]:
    """Those of the certain records, with their sources, that more than name, date and sex ties.

    To what was told, that is: by a number, a further name or, where that counts, a place. `read`
    gives the details of what the question has met.
    """
    known = read.known(told)
    return tuple(
        [
            (source, record)
            for source, record in certain
            if read.kind(source, record).shares_number(known) or _ties(known, read(source, record))
        ]
    )


def untied(told: Reference, certain: Iterable[tuple[str, Record]], read: ReadOnce) -> bool:
    """Whether nothing but name, date and sex ties certain records to the caller.

    Neither any of them, nor those that have another home than the rest: a namesake's may have
    joined beside the child's own (ADR 0060). Where no number was told, a further name says
    less than a home: many families give each child the father's. `told` is the caller's own words
    alone, with what they tell of places where that counts.
    """
    every = tuple(certain)
    if all_numbered(told, every, read):
        return False
    known = read.known(told)
    held = [read(source, record) for source, record in every]
    tied = [each for each in held if _ties(known, each)]
    firmly = [each for each in tied if _ties_firmly(known, each)]
    numbered = any(bears_number(known, each) for each in firmly)
    # A file without a home says of no other that it has another one.
    housed = any(each.postcodes for each in firmly)
    hers = firmly if housed and not numbered else tied
    if not hers or known.postcodes is None:
        return bool(held) and not hers
    hers = _linked(hers, held)
    homes = KnownHomes.of(known.postcodes.union(*(each.postcodes or () for each in hers)))
    reached = set(map(id, hers))
    return any(_elsewhere(each, homes) for each in held if id(each) not in reached)


def all_numbered(told: Reference, certain: Iterable[tuple[str, Record]], read: ReadOnce) -> bool:
    """Whether each bears a number that was told, or there is none: as nearly always.

    What was told of places makes no difference to that.
    """
    hers = read.known(told)
    return all(read.kind(source, record).shares_number(hers) for source, record in certain)


def _linked(hers: list[Details], held: list[Details]) -> list[Details]:
    """Those of the certain records that numbers and homes link to hers, be it by way of others.

    A file of her name and birthday that has a home of hers is hers, and so is what its number is on
    too. No further name links: many families give each child the father's, and a namesake of her
    birthday may have had the same (ADR 0085). Each record is reached once.
    """
    bearing: defaultdict[Identifier | str, list[Details]] = defaultdict(list)
    for each in held:
        for link in _links(each):
            bearing[link].append(each)
    linked, reached = [*hers], set(map(id, hers))
    for each in linked:  # it grows meanwhile
        for other in (one for link in _links(each) for one in bearing.pop(link, ())):
            if id(other) not in reached:
                reached.add(id(other))
                linked.append(other)
    return linked


def _links(held: Details) -> frozenset[Identifier | str]:
    """The numbers and the homes of a record."""
    return frozenset[Identifier | str]().union(held.identifiers, held.postcodes or ())


def _elsewhere(held: Details, homes: KnownHomes) -> bool:
    found = homes.compare(held.postcodes or frozenset())
    return not (found.silent or found.strong)


def _ties(known: Details, held: Details) -> bool:
    return _ties_firmly(known, held) or weigh(known, held).further


def _ties_firmly(known: Details, held: Details) -> bool:
    """By a number, by the very home, or by whom or what is around the child.

    A home one letter off is the next street, as well as a typing error (ADR 0097).
    """
    if bears_number(known, held):
        return True
    each = weigh(known, held)
    return each.postcode is Agreement.SAME or bool(each.ties)


def needs_of(told: Reference) -> tuple[ChildNeed, ...]:
    """What the caller could still tell, and what they could read again, if nobody was found."""
    return tell_one_more(told), read_it_again(told)


def tell_one_more(told: Reference) -> ChildNeed:
    """The details that the caller has not told, in order of how much each would help.

    A number finds the child however the names are written. A further name is on most files, and a
    first name that many share says little without it. A file may not have the present home yet. Of
    what is around a child, the national register has the GP practice and hardly anything else.
    """
    around, homes = told.stated_surroundings, told.stated_postcodes
    schemes = {identifier.scheme for identifier in told.identifiers}
    called = givens(told.stated_names)
    told_already = {
        "nhs_number": "nhs_number" in schemes,
        "upn": "upn" in schemes,
        "given_name": any(" " in given for given in called),
        "postcode": bool(homes),
        "former_postcodes": len(homes) > 1,
        "sex": told.sex is not None,
        "gp_practice": bool(around.gp_practices),
        "carers": bool(around.carers),
        "schools": bool(around.schools),
        "telephone": bool(around.telephones),
        "other_names": len(told.stated_names) > 1,
    }
    untold = tuple(name for name, said in told_already.items() if not said)
    return ChildNeed(NeedCode.TELL_ONE_MORE, untold)


def read_it_again(told: Reference) -> ChildNeed:
    """What of the caller's details decides who the child is, and may be mistyped.

    Or written in another way on another paper: a child's names may have several forms.
    """
    sex = ("sex",) if told.sex else ()
    others = () if len(told.stated_names) > 1 else ("other_names",)
    home = ("postcode",) if told.stated_postcodes else ()
    read = ("birth_date", *home, "family_name", "given_name", *others, *sex)
    return ChildNeed(NeedCode.READ_IT_AGAIN, read)
