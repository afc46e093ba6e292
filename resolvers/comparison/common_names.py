"""How often a name is met: bands for the common ones, one generous figure for all others."""

from typing import Final

from resolvers.comparison.naming import SHARED, called
from resolvers.comparison.nicknames import FORMS

# Children per 100,000 who bear the name, in bands rather than figures that would be out of date
# tomorrow. Family names: after the ranks published by the Office for National Statistics for the
# NHS Central Register of England and Wales (2002); names that cluster in places (Khan, Patel) are
# a band or two higher than their national rank, because an agency's children live in one place.
_FAMILY_BANDS: Final = {
    1000: "smith jones",
    500: """williams taylor brown davies evans wilson thomas johnson roberts khan ali ahmed hussain
        patel singh begum kaur mohamed muhammad mohammed mohamud bibi miah""",
    250: """robinson thompson wright walker white edwards hughes green hall lewis harris clarke
        jackson wood turner martin cooper hill ward morris moore clark lee king baker harrison
        morgan allen james scott phillips watson davis parker price bennett young griffiths
        mitchell kelly cook carter richardson bailey collins bell shaw murphy miller cox
        khatun akhtar shah rahman islam malik uddin akter parveen chowdhury nguyen""",
    120: """richards anderson marshall simpson ellis adams wilkinson foster chapman graham
        powell webb rogers gray mason hunt hussein mills palmer holmes campbell owen lloyd barnes
        knight matthews butler barker russell stevens jenkins dixon fisher harvey pearson fletcher
        howard andrews ford elliott reynolds fox saunders payne pearce day lawrence brooks west
        atkinson dawson bradley walsh burton ryan obrien kennedy osullivan stewart murray reid
        robertson macdonald mcdonald thomson ross henderson hamilton johnston choudhury
        iqbal mahmood mirza sheikh ibrahim hassan abdi osman yusuf chen wang chan
        wong li zhang garcia rodriguez gonzalez hernandez lopez martinez perez silva santos
        fernandes costa popescu popa nowak kowalski wisniewski""",
}
# Given names: after the yearly ranks of baby names of the Office for National Statistics, England
# and Wales, over the last eighteen years; boys and girls are counted together.
_GIVEN_BANDS: Final = {
    # What many families give before the name of use (`naming`) is met most among them.
    1000: "muhammad mohammed mohammad mohamed md mohd syed syeda bibi abdul sheikh",
    600: "oliver jack harry olivia amelia",
    400: """george noah charlie jacob thomas oscar william james leo alfie henry joshua freddie
        archie ethan isaac alexander joseph edward samuel max logan lucas daniel theo arthur
        isla ava emily mia isabella sophia ella grace poppy evie charlotte jessica lily sophie
        freya ivy florence alice ruby""",
    250: """benjamin adam toby jake finley tyler luke matthew harrison jayden dylan riley
        sebastian lewis ryan nathan callum connor liam jamie ibrahim yusuf ali ahmed omar zachary
        reuben albie tommy teddy louie elijah theodore david michael
        lucy chloe daisy phoebe millie erin lola summer evelyn sienna rosie elsie willow matilda
        holly megan hannah katie abigail eva ellie molly imogen maya aisha fatima zara maryam maria
        emma leah amber elizabeth layla scarlett bella eleanor""",
}
_UNSEEN_FAMILY: Final = 50 / 100_000
_UNSEEN_GIVEN: Final = 200 / 100_000


def _frequencies(bands: dict[int, str]) -> dict[str, float]:
    return {name: rate / 100_000 for rate, names in bands.items() for name in names.split()}


_FAMILIES: Final = _frequencies(_FAMILY_BANDS)
_GIVENS: Final = _frequencies(_GIVEN_BANDS)
_ESTABLISHED: Final = _GIVENS.keys() | FORMS | SHARED


def family_frequency(folded: str) -> float:
    """The share of children with this folded family name, never below a high floor."""
    return _FAMILIES.get(folded.replace(" ", ""), _UNSEEN_FAMILY)


def common_surname(folded: str) -> bool:
    """Whether many families are called so: as a further given name it may be a father's."""
    return folded in _FAMILIES


def given_frequency(folded: str) -> float:
    """The share of children who are called so, by the word that tells most; with a high floor."""
    return _GIVENS.get(called(folded), _UNSEEN_GIVEN)


def met_family_frequency(held: frozenset[str], known: frozenset[str]) -> float:
    """The share of children with a family name that both have, or else with any that is known.

    So a common name that is told besides makes no other one common.
    """
    return max(map(family_frequency, (held & known) or known))


def met_given_frequency(held: frozenset[str], known: frozenset[str]) -> float:
    """The same of given names, by the word that both are called by."""
    words = {called(given) for given in known}
    return max(map(given_frequency, words & {called(given) for given in held} or words))


def established(folded: str) -> bool:
    """Whether this is a given name in its own right, so that hardly a slip of the pen wrote it."""
    return folded in _ESTABLISHED
