"""How a child is named in each custom, and how a file may have the name else."""

from collections.abc import Callable
from random import Random

from bench.matching.district.child import Naming
from bench.matching.district.custom import FEMALE, Custom, Named, Parents, Rule
from bench.matching.district.names import own


def plainly(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """A first name, mostly a second, and the family's surname."""
    further = (custom.first(sex, chance),) if chance.random() < 0.75 else ()
    return Named(Naming((first, *further), parents.family))


def english(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """The same; one family in twelve has two surnames with a hyphen."""
    del sex
    further = (chance.choice(own("english", "further")),) if chance.random() < 0.8 else ()
    if sum(map(ord, parents.father)) % 12:  # the same for all of the household
        return Named(Naming((first, *further), parents.family))
    other = sorted(custom.families.share)[len(parents.family) * 7 % len(custom.families.share)]
    given = (first, *further)
    forms = (Naming(given, f"{parents.family} {other}"), Naming(given, parents.family))
    return Named(Naming(given, f"{parents.family}-{other}"), forms)


def south_asian_muslim(
    custom: Custom, parents: Parents, first: str, sex: str, chance: Random
) -> Named:
    """A lead name that many share, then the own one; women's second names in place of a surname."""
    leads = custom.leads or {}
    lead = leads[sex].drawn(chance) if chance.random() < 0.4 else None
    given = (lead, first) if lead else (first,)
    if sex == FEMALE and chance.random() < 0.4:
        second = chance.choice(own("south_asian_muslim", "women"))
        form = Naming((*given, second), parents.family)
        return Named(Naming(given, second), (form,), own=(first,))
    forms = [Naming(given[::-1], parents.family)] if lead else []
    if lead == "Md":
        forms.append(Naming(("Mohammad", first), parents.family))
    return Named(Naming(given, parents.family), tuple(forms), own=(first,))


def sikh(_: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Kaur or Singh in the middle, or for a surname."""
    common = "Kaur" if sex == FEMALE else "Singh"
    long, short = Naming((first, common), parents.family), Naming((first,), common)
    forms = (short, Naming((first,), parents.family))
    return Named(long, forms) if chance.random() < 0.6 else Named(short, (long,))


def arabic(_: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """The father's name after the own one; an article that files join, part or leave out."""
    del sex
    given = (first, parents.father) if chance.random() < 0.6 else (first,)
    if len(parents.grandfather) % 2:
        return Named(Naming(given, parents.family), (Naming((first,), parents.father),))
    written = (f"Al {parents.family}", f"Al{parents.family.lower()}", parents.family)
    forms = tuple(Naming(given, family) for family in written)
    return Named(Naming(given, f"Al-{parents.family}"), forms)


def of_fathers(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Own name, father's, grandfather's: one file ends with the second, another with the third."""
    del custom, sex
    long = Naming((first, parents.father), parents.grandfather)
    short = Naming((first,), parents.father)
    return Named(long, (short,)) if chance.random() < 0.6 else Named(short, (long,))


def cantonese(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Two syllables, of which sisters share one; some have an English name before them."""
    del custom, sex
    two = (first, chance.choice(own("cantonese", "second")))
    joined = "".join(two).capitalize()
    forms = [Naming(("-".join(two),), parents.family), Naming((joined,), parents.family)]
    if chance.random() < 0.4:
        english = chance.choice(["Jason", "Vivian", "Eric", "Joyce", "Kelvin", "Karen", "Anson"])
        forms += [Naming((english, *two), parents.family), Naming((english,), parents.family)]
    return Named(Naming(two, parents.family), tuple(forms), own=two)


def vietnamese(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """A middle name that tells the sex or is the own one's; surname first in some files."""
    middle = ("Thi" if sex == FEMALE else "Van") if chance.random() < 0.5 else None
    given = (first, middle or custom.first(sex, chance))
    forms = (Naming(given[::-1], parents.family), Naming((parents.family, given[1]), first))
    return Named(Naming(given, parents.family), forms)


def daughters_end_otherwise(ending: Callable[[str], str]) -> Rule:
    """A daughter's surname ends otherwise than her father's, in most files."""

    def rule(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
        further = (custom.first(sex, chance),) if chance.random() < 0.25 else ()
        theirs = ending(parents.family)
        if sex != FEMALE or theirs == parents.family:
            return Named(Naming((first, *further), parents.family))
        forms = (Naming((first, *further), parents.family),)
        return Named(Naming((first, *further), theirs), forms)

    return rule


def polish_daughter(family: str) -> str:
    """Kowalski's daughter is Kowalska."""
    return f"{family[:-1]}a" if family.endswith(("ski", "cki", "dzki")) else family


def lithuanian_daughter(family: str) -> str:
    """An unmarried daughter's ending, by her father's."""
    for father, daughter in (("ius", "iute"), ("as", "aite"), ("ys", "yte"), ("is", "yte")):
        if family.endswith(father):
            return family[: -len(father)] + daughter
    return family


def czech_daughter(family: str) -> str:
    """Novak's daughter is Novakova."""
    if family.endswith("y"):
        return f"{family[:-1]}a"
    stem = family.removesuffix("a")
    stem = f"{stem[:-2]}{stem[-1]}" if stem.endswith(("ek", "ec")) else stem
    return f"{stem}ova"


def led(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Two given names, of which siblings may share the first; one of them in some files."""
    leads = custom.leads or {}
    if chance.random() < 0.5:
        given = (leads[sex].drawn(chance), first)
        forms = (Naming(given[:1], parents.family), Naming(given[1:], parents.family))
        return Named(Naming(given, parents.family), forms, own=(first,))
    return Named(Naming((first,), parents.family))


def two_surnames(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """A surname of each parent, of which some files have one."""
    further = (custom.first(sex, chance),) if chance.random() < 0.4 else ()
    names = sorted(custom.families.share)
    other = names[(len(parents.father) * 31 + len(parents.family) * 7) % len(names)]
    given = (first, *further)
    forms = tuple(Naming(given, family) for family in (parents.family, other))
    return Named(Naming(given, f"{parents.family} {other}"), forms)


def west_african(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """An English or a local name and a local one, which stand in either order."""
    del custom, sex
    given = (first, chance.choice(own("west_african", "further")))
    return Named(Naming(given, parents.family), (Naming(given[::-1], parents.family),))
