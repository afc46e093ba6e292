"""How children are named, by custom: who bears which names, and how a file may have them else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from bench.matching.district.child import Naming
from bench.matching.district.names import Names, listed, own

_COVERED: Final = 0.5  # of a custom's people, whose given name, or surname, the lists have
FEMALE: Final = "FEMALE"


@dataclass(frozen=True, slots=True)
class Parents:
    """What the children of a household get of their parents: a surname, a father's names."""

    family: str
    father: str
    grandfather: str


@dataclass(frozen=True, slots=True)
class Named:
    """A child's names, and the other ways in which a file may have them."""

    naming: Naming
    forms: tuple[Naming, ...] = ()


Rule = Callable[["Custom", Parents, str, str, Random], Named]


@dataclass(frozen=True)
class Custom:
    """A naming custom. `share` is of the made-up district, `in_england` of England's children.

    `rule` makes a child's names of the parents' and a first name. `own_name`: the names after the
    first are no middle name, which half of all files leave out. `covered` is the share of its
    people whose given name, or surname, the lists have. `shares`: brothers or sisters may have one
    first name, of the `leads` where there are such, and another after it.
    """

    name: str
    share: float
    in_england: float
    girls: Names
    boys: Names
    families: Names
    rule: Rule
    own_name: bool = False
    covered: float = _COVERED
    leads: Mapping[str, Names] | None = None
    shares: bool = False

    def parents(self, chance: Random) -> Parents:
        """Parents of this custom."""
        return Parents(
            self.families.drawn(chance), self.boys.drawn(chance), self.boys.drawn(chance)
        )

    def first(self, sex: str, chance: Random) -> str:
        """A first name."""
        return (self.girls if sex == FEMALE else self.boys).drawn(chance)

    def named(self, parents: Parents, sex: str, chance: Random) -> Named:
        """A child's names."""
        return self.rule(self, parents, self.first(sex, chance), sex, chance)

    def siblings(self, naming: Naming, sex: str, chance: Random) -> tuple[str, ...]:
        """A first name that two share, and what each is called by; nothing where none do."""
        if not self.shares:
            return ()
        first = self.leads[sex].drawn(chance) if self.leads else naming.given[0]
        called = {name for name in naming.given if name != first} or {self.first(sex, chance)}
        one = min(called)
        others = (self.first(sex, chance) for _ in range(20))
        other = next((name for name in others if name not in (first, one)), "")
        return (first, one, other) if other and one != first else ()

    def frequency(self, first_name: str, parents: Parents, sex: str) -> float:
        """The share of England's children who have this first name and such parents' surname."""
        givens = self.girls if sex == FEMALE else self.boys
        first = givens.share.get(first_name, 0.0)
        if self.leads is not None:
            first += 0.4 * self.leads[sex].share.get(first_name, 0.0)
        family = self.families.share.get(parents.family, 0.0)
        return self.in_england * self.covered**2 * first * family / 2


def plainly(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """A first name, mostly a second, and the family's surname."""
    further = (custom.first(sex, chance),) if chance.random() < 0.75 else ()
    return Named(Naming((first, *further), parents.family))


def _english(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """The same; one family in twelve has two surnames with a hyphen."""
    del sex
    further = (chance.choice(own("english", "further")),) if chance.random() < 0.8 else ()
    if sum(map(ord, parents.father)) % 12:  # the same for all of the household
        return Named(Naming((first, *further), parents.family))
    other = sorted(custom.families.share)[len(parents.family) * 7 % len(custom.families.share)]
    given = (first, *further)
    forms = (Naming(given, f"{parents.family} {other}"), Naming(given, parents.family))
    return Named(Naming(given, f"{parents.family}-{other}"), forms)


def _south_asian_muslim(
    custom: Custom, parents: Parents, first: str, sex: str, chance: Random
) -> Named:
    """A lead name that many share, then the own one; women's second names in place of a surname."""
    leads = custom.leads or {}
    lead = leads[sex].drawn(chance) if chance.random() < 0.4 else None
    given = (lead, first) if lead else (first,)
    if sex == FEMALE and chance.random() < 0.4:
        second = chance.choice(own("south_asian_muslim", "women"))
        return Named(Naming(given, second), (Naming((*given, second), parents.family),))
    forms = [Naming(given[::-1], parents.family)] if lead else []
    if lead == "Md":
        forms.append(Naming(("Mohammad", first), parents.family))
    return Named(Naming(given, parents.family), tuple(forms))


def _sikh(_: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Kaur or Singh in the middle, or for a surname."""
    common = "Kaur" if sex == FEMALE else "Singh"
    long, short = Naming((first, common), parents.family), Naming((first,), common)
    forms = (short, Naming((first,), parents.family))
    return Named(long, forms) if chance.random() < 0.6 else Named(short, (long,))


def _arabic(_: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """The father's name after the own one; an article that files join, part or leave out."""
    del sex
    given = (first, parents.father) if chance.random() < 0.6 else (first,)
    if len(parents.grandfather) % 2:
        return Named(Naming(given, parents.family), (Naming((first,), parents.father),))
    written = (f"Al {parents.family}", f"Al{parents.family.lower()}", parents.family)
    forms = tuple(Naming(given, family) for family in written)
    return Named(Naming(given, f"Al-{parents.family}"), forms)


def _of_fathers(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Own name, father's, grandfather's: one file ends with the second, another with the third."""
    del custom, sex
    long = Naming((first, parents.father), parents.grandfather)
    short = Naming((first,), parents.father)
    return Named(long, (short,)) if chance.random() < 0.6 else Named(short, (long,))


def _cantonese(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Two syllables, of which sisters share one; some have an English name before them."""
    del custom, sex
    two = (first, chance.choice(own("cantonese", "second")))
    joined = "".join(two).capitalize()
    forms = [Naming(("-".join(two),), parents.family), Naming((joined,), parents.family)]
    if chance.random() < 0.4:
        english = chance.choice(["Jason", "Vivian", "Eric", "Joyce", "Kelvin", "Karen", "Anson"])
        forms += [Naming((english, *two), parents.family), Naming((english,), parents.family)]
    return Named(Naming(two, parents.family), tuple(forms))


def _vietnamese(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """A middle name that tells the sex or is the own one's; surname first in some files."""
    middle = ("Thi" if sex == FEMALE else "Van") if chance.random() < 0.5 else None
    given = (first, middle or custom.first(sex, chance))
    forms = (Naming(given[::-1], parents.family), Naming((parents.family, given[1]), first))
    return Named(Naming(given, parents.family), forms)


def _gendered(ending: Callable[[str], str]) -> Rule:
    """A daughter's surname ends otherwise than her father's, in most files."""

    def rule(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
        further = (custom.first(sex, chance),) if chance.random() < 0.25 else ()
        theirs = ending(parents.family)
        if sex != FEMALE or theirs == parents.family:
            return Named(Naming((first, *further), parents.family))
        forms = (Naming((first, *further), parents.family),)
        return Named(Naming((first, *further), theirs), forms)

    return rule


def _polish_daughter(family: str) -> str:
    return f"{family[:-1]}a" if family.endswith(("ski", "cki", "dzki")) else family


def _lithuanian_daughter(family: str) -> str:
    for father, daughter in (("ius", "iute"), ("as", "aite"), ("ys", "yte"), ("is", "yte")):
        if family.endswith(father):
            return family[: -len(father)] + daughter
    return family


def _czech_daughter(family: str) -> str:
    if family.endswith("y"):
        return f"{family[:-1]}a"
    stem = family.removesuffix("a")
    stem = f"{stem[:-2]}{stem[-1]}" if stem.endswith(("ek", "ec")) else stem
    return f"{stem}ova"


def _led(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """Two given names, of which siblings may share the first; one of them in some files."""
    leads = custom.leads or {}
    if chance.random() < 0.5:
        given = (leads[sex].drawn(chance), first)
        forms = (Naming(given[:1], parents.family), Naming(given[1:], parents.family))
        return Named(Naming(given, parents.family), forms)
    return Named(Naming((first,), parents.family))


def _two_surnames(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """A surname of each parent, of which some files have one."""
    further = (custom.first(sex, chance),) if chance.random() < 0.4 else ()
    names = sorted(custom.families.share)
    other = names[(len(parents.father) * 31 + len(parents.family) * 7) % len(names)]
    given = (first, *further)
    forms = tuple(Naming(given, family) for family in (parents.family, other))
    return Named(Naming(given, f"{parents.family} {other}"), forms)


def _west_african(custom: Custom, parents: Parents, first: str, sex: str, chance: Random) -> Named:
    """An English or a local name and a local one, which stand in either order."""
    del custom, sex
    given = (first, chance.choice(own("west_african", "further")))
    return Named(Naming(given, parents.family), (Naming(given[::-1], parents.family),))


@cache
def of_own_words() -> tuple[Custom, ...]:
    """The customs for which no package that can be had lists names in Latin letters."""
    return (
        _own_words("South Asian Muslim", 0.11, 0.09, _south_asian_muslim, leads=True),
        _own_words("Sikh", 0.05, 0.01, _sikh),
        _own_words("Arabic", 0.05, 0.01, _arabic),
        _fathers("Somali", 0.05, 0.008),
        _fathers("Eritrean or Ethiopian", 0.04, 0.003),
        Custom(
            "Cantonese",
            *(0.04, 0.004),
            Names.ranked(own("cantonese", "first")),
            Names.ranked(own("cantonese", "first")),
            Names.ranked(own("cantonese", "families")),
            _cantonese,
            own_name=True,
            shares=True,
        ),
    )


@cache
def customs() -> tuple[Custom, ...]:
    """The naming customs of the districts of England's names."""
    irish = listed("en_IE", "first_names_female"), listed("en_IE", "first_names_male")
    english = listed("en_GB", "first_names_female"), listed("en_GB", "first_names_male")
    return (
        Custom(
            "English",
            *(0.30, 0.62),
            Names.ranked([*irish[0], *english[0]], 0.4),
            Names.ranked([*irish[1], *english[1]], 0.4),
            Names.ranked(listed("en_GB", "last_names"), 0.5),
            _english,
        ),
        Custom(
            "Irish, Welsh or Scots",
            *(0.08, 0.06),
            Names.ranked(irish[0], 0.4),
            Names.ranked(irish[1], 0.4),
            Names.ranked([*own("celtic", "families"), *listed("en_IE", "last_names")]),
            plainly,
        ),
        *of_own_words(),
        Custom(
            "Vietnamese",
            *(0.03, 0.001),
            Names.ranked(listed("vi_VN", "first_names_female", "first_names_unisex")),
            Names.ranked(listed("vi_VN", "first_names_male", "first_names_unisex")),
            Names.ranked([*own("vietnamese", "families"), *listed("vi_VN", "last_names")], 0.9),
            _vietnamese,
            own_name=True,
        ),
        Custom(
            "Polish",
            *(0.05, 0.02),
            Names.ranked([*own("polish", "girls"), *listed("pl_PL", "first_names_female")]),
            Names.ranked(listed("pl_PL", "first_names_male")),
            Names.ranked(listed("pl_PL", "male_last_names", "unisex_last_names")),
            _gendered(_polish_daughter),
        ),
        Custom(
            "Lithuanian",
            *(0.03, 0.003),
            Names.ranked(own("lithuanian", "girls")),
            Names.ranked(own("lithuanian", "boys")),
            Names.ranked(listed("lt_LT", "last_names")),
            _gendered(_lithuanian_daughter),
        ),
        Custom(
            "Czech or Slovak",
            *(0.03, 0.003),
            Names.ranked(
                listed("cs_CZ", "first_names_female") + listed("sk_SK", "first_names_female")
            ),
            Names.ranked(listed("cs_CZ", "first_names_male") + listed("sk_SK", "first_names_male")),
            Names.ranked(listed("cs_CZ", "last_names_male") + listed("sk_SK", "last_names_male")),
            _gendered(_czech_daughter),
        ),
        Custom(
            "Romanian",
            *(0.05, 0.02),
            Names.ranked(listed("ro_RO", "first_names_female")),
            Names.ranked(listed("ro_RO", "first_names_male")),
            Names.ranked([*own("romanian", "families"), *listed("ro_RO", "last_names")]),
            _led,
            own_name=True,
            shares=True,
            leads=_leads("romanian"),
        ),
        Custom(
            "Portuguese or Spanish",
            *(0.04, 0.01),
            Names.ranked(
                listed("pt_PT", "first_names_female") + listed("es_ES", "first_names_female")
            ),
            Names.ranked(listed("pt_PT", "first_names_male") + listed("es_ES", "first_names_male")),
            Names.ranked(listed("pt_PT", "last_names") + listed("es_ES", "last_names")),
            _two_surnames,
            leads=_leads("portuguese_spanish"),
            shares=True,
        ),
        Custom(
            "West African",
            *(0.05, 0.03),
            Names.ranked(_west_africa("first_names_female")),
            Names.ranked(_west_africa("first_names_male")),
            Names.ranked(_west_africa("last_names")),
            _west_african,
        ),
    )


def _west_africa(kind: str) -> list[str]:
    lists = [listed(locale, kind) for locale in ("en_NG", "yo_NG", "tw_GH", "ig_NG", "ha_NG")]
    longest = max(map(len, lists))
    return [each[at] for at in range(longest) for each in lists if at < len(each)]


def _leads(key: str) -> Mapping[str, Names]:
    kinds = {FEMALE: "lead_girls", "MALE": "lead_boys"}
    return {sex: Names.counted(own(key, kind)) for sex, kind in kinds.items()}


def _own_words(
    name: str, share: float, in_england: float, rule: Rule, *, leads: bool = False
) -> Custom:
    key = name.lower().replace(" ", "_")
    return Custom(
        name,
        share,
        in_england,
        Names.ranked(own(key, "girls")),
        Names.ranked(own(key, "boys")),
        Names.ranked(own(key, "families")),
        rule,
        own_name=leads,
        shares=leads,
        leads=_leads(key) if leads else None,
    )


def _fathers(name: str, share: float, in_england: float) -> Custom:
    key = name.lower().replace(" or ", "_")
    girls, boys = Names.ranked(own(key, "girls")), Names.ranked(own(key, "boys"))
    return Custom(name, share, in_england, girls, boys, boys, _of_fathers, own_name=True)
