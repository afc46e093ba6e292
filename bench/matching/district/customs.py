"""The naming customs of the made-up district, with the lists of names of each."""

from collections.abc import Mapping
from functools import cache

from bench.matching.district import rules_of_naming as rules
from bench.matching.district.custom import FEMALE, Custom, Rule
from bench.matching.district.names import Names, listed, own


@cache
def of_own_words() -> tuple[Custom, ...]:
    """The customs for which no package that can be had lists names in Latin letters."""
    return (
        _own_words("South Asian Muslim", 0.11, 0.09, rules.south_asian_muslim, leads=True),
        _own_words("Sikh", 0.05, 0.01, rules.sikh),
        _own_words("Arabic", 0.05, 0.01, rules.arabic),
        _fathers("Somali", 0.05, 0.008),
        _fathers("Eritrean or Ethiopian", 0.04, 0.003),
        Custom(
            "Cantonese",
            *(0.04, 0.004),
            Names.ranked(own("cantonese", "first")),
            Names.ranked(own("cantonese", "first")),
            Names.ranked(own("cantonese", "families")),
            rules.cantonese,
            own_name=True,
            shares=True,
        ),
    )


@cache
def customs() -> tuple[Custom, ...]:
    """The naming customs of the districts of England's names."""
    return (
        *_of_the_isles(),
        *of_own_words(),
        Custom(
            "Vietnamese",
            *(0.03, 0.001),
            Names.ranked(listed("vi_VN", "first_names_female", "first_names_unisex")),
            Names.ranked(listed("vi_VN", "first_names_male", "first_names_unisex")),
            Names.ranked([*own("vietnamese", "families"), *listed("vi_VN", "last_names")], 0.9),
            rules.vietnamese,
            own_name=True,
        ),
        *_of_eastern_europe(),
        *_of_latin_europe(),
        Custom(
            "West African",
            *(0.05, 0.03),
            Names.ranked(_west_africa("first_names_female")),
            Names.ranked(_west_africa("first_names_male")),
            Names.ranked(_west_africa("last_names")),
            rules.west_african,
        ),
    )


def _of_the_isles() -> tuple[Custom, ...]:
    irish = listed("en_IE", "first_names_female"), listed("en_IE", "first_names_male")
    english = listed("en_GB", "first_names_female"), listed("en_GB", "first_names_male")
    return (
        Custom(
            "English",
            *(0.30, 0.62),
            Names.ranked([*irish[0], *english[0]], 0.4),
            Names.ranked([*irish[1], *english[1]], 0.4),
            Names.ranked(listed("en_GB", "last_names"), 0.5),
            rules.english,
        ),
        Custom(
            "Irish, Welsh or Scots",
            *(0.08, 0.06),
            Names.ranked(irish[0], 0.4),
            Names.ranked(irish[1], 0.4),
            Names.ranked([*own("celtic", "families"), *listed("en_IE", "last_names")]),
            rules.plainly,
        ),
    )


def _of_eastern_europe() -> tuple[Custom, ...]:
    return (
        Custom(
            "Polish",
            *(0.05, 0.02),
            Names.ranked([*own("polish", "girls"), *listed("pl_PL", "first_names_female")]),
            Names.ranked(listed("pl_PL", "first_names_male")),
            Names.ranked(listed("pl_PL", "male_last_names", "unisex_last_names")),
            rules.daughters_end_otherwise(rules.polish_daughter),
        ),
        Custom(
            "Lithuanian",
            *(0.03, 0.003),
            Names.ranked(own("lithuanian", "girls")),
            Names.ranked(own("lithuanian", "boys")),
            Names.ranked(listed("lt_LT", "last_names")),
            rules.daughters_end_otherwise(rules.lithuanian_daughter),
        ),
        Custom(
            "Czech or Slovak",
            *(0.03, 0.003),
            Names.ranked(
                listed("cs_CZ", "first_names_female") + listed("sk_SK", "first_names_female")
            ),
            Names.ranked(listed("cs_CZ", "first_names_male") + listed("sk_SK", "first_names_male")),
            Names.ranked(listed("cs_CZ", "last_names_male") + listed("sk_SK", "last_names_male")),
            rules.daughters_end_otherwise(rules.czech_daughter),
        ),
    )


def _of_latin_europe() -> tuple[Custom, ...]:
    return (
        Custom(
            "Romanian",
            *(0.05, 0.02),
            Names.ranked(listed("ro_RO", "first_names_female")),
            Names.ranked(listed("ro_RO", "first_names_male")),
            Names.ranked([*own("romanian", "families"), *listed("ro_RO", "last_names")]),
            rules.led,
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
            rules.two_surnames,
            leads=_leads("portuguese_spanish"),
            shares=True,
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
    return Custom(name, share, in_england, girls, boys, boys, rules.of_fathers, own_name=True)
