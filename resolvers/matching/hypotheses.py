"""Four explanations of a record that looks like the child's, and what each makes of the evidence.

After Fellegi and Sunter (1969), with siblings and twins beside the stranger: they share what a
stranger does not. Every figure is set by reasoning that stands beside it, none by fitting.
"""

from collections.abc import Mapping
from math import log2
from typing import Final, NamedTuple

from resolvers.comparison.agreement import Agreement
from resolvers.matching.evidence import Evidence

ALL_CHILDREN: Final = 12_000_000  # under eighteen in England, for a source that declares none

# How many records of each kind a source may be thought to hold before looking: the child's own in
# half of the questions (many are asked of agencies that never met the child), and in nearly all
# where it declares as many children as there are; 1.2 siblings a child; 15 twin births in a
# thousand, so that 3 children in 100 have one.
_OWN, _SIBLINGS, _TWINS = 0.5, 1.2, 0.03
_OWN_OF_ALL = 0.97
_TWINS_SEEN = 1.0  # once a twin has turned up
# Files of the twin beside the twin's own, where that turned up too: agencies that hold nobody twice
# still do so for some 3 children in 100.
_TWINS_AGAIN = 0.03
# How often a search of all England's children brings none that may be the child's own: 3 in 100 are
# not held there, and 10 are written in another way than any search finds.
_OWN_MISSING = 0.15

_SAME: Final = Agreement.SAME
_BIRTHDAYS: Final = 6570  # days in eighteen years

# In each table: what is seen of the child's own record, of a stranger's, a sibling's, a twin's.
_Row = tuple[float, float, float, float]
_SILENT: Final[_Row] = (1.0, 1.0, 1.0, 1.0)


def _by_verdict(rows: Mapping[Agreement, _Row]) -> tuple[_Row, ...]:
    """The rows, each at the place that its verdict counts; a verdict not named is silent."""
    return tuple(rows.get(verdict, _SILENT) for verdict in Agreement)


_GIVEN: Final = _by_verdict(
    {
        # The stranger's figure is multiplied by how common the name is. Parents do not give a name
        # twice, but clerks write one twin's name on the other's file.
        Agreement.SAME: (0.93, 1.0, 0.0005, 0.0005),
        Agreement.SLIP: (0.025, 0.004, 0.002, 0.002),
        Agreement.FORM: (0.03, 0.005, 0.004, 0.004),
        # Where only an initial or a further name is comparable, one in 14 fits by chance.
        Agreement.VAGUE: (0.9, 0.07, 0.1, 0.1),
        Agreement.DISTANT: (0.005, 0.01, 0.02, 0.02),
        Agreement.DIFFERENT: (0.01, 0.98, 0.98, 0.98),
    }
)
_FAMILY: Final = _by_verdict(
    {
        # One sibling in five has another parent's name.
        Agreement.SAME: (0.93, 1.0, 0.8, 0.93),
        Agreement.SLIP: (0.025, 0.003, 0.02, 0.025),
        Agreement.FORM: (0.9, 0.03, 0.8, 0.9),
        Agreement.VAGUE: (0.9, 0.03, 0.8, 0.9),
        Agreement.DISTANT: (0.01, 0.01, 0.01, 0.01),
        Agreement.DIFFERENT: (0.02, 0.99, 0.2, 0.03),
    }
)
_BIRTH_DATE: Final = _by_verdict(
    {
        # About 25 other days lie one digit or a swap of day and month away. No sibling but a twin
        # is born on the day; the rest are clerks' errors.
        Agreement.SAME: (0.96, 1 / _BIRTHDAYS, 0.0002, 0.96),
        Agreement.SLIP: (0.02, 25 / _BIRTHDAYS, 0.003, 0.02),
        Agreement.VAGUE: (0.98, 0.06, 0.04, 0.98),
        Agreement.DISTANT: (0.005, 0.04, 0.04, 0.005),
        Agreement.DIFFERENT: (0.01, 0.95, 0.95, 0.01),
    }
)
_POSTCODE: Final = _by_verdict(
    {
        # A postcode is some fifteen homes. One child in ten moves in a year, and records lag.
        Agreement.SAME: (0.75, 0.0005, 0.65, 0.7),
        Agreement.SLIP: (0.04, 0.01, 0.04, 0.04),
        Agreement.DISTANT: (0.08, 0.15, 0.1, 0.08),
        Agreement.DIFFERENT: (0.13, 0.84, 0.2, 0.18),
    }
)
# A name mostly tells the sex already, so that sex adds little to a given name that fits.
_SEX_OF_FITTING: Final = _by_verdict(
    {
        Agreement.SAME: (0.99, 0.97, 0.95, 0.95),
        Agreement.DIFFERENT: (0.01, 0.03, 0.05, 0.05),
    }
)
_SEX: Final = _by_verdict(
    {
        Agreement.SAME: (0.99, 0.5, 0.5, 0.65),
        Agreement.DIFFERENT: (0.01, 0.5, 0.5, 0.35),
    }
)
_FURTHER: Final[_Row] = (0.9, 0.03, 0.05, 0.05)  # a few second names are given to very many
# A name that many share, beside the one that somebody is called by. Of the boys called so of a
# family that gives one, three in ten are Muhammad too; other such names are rarer. Brothers and
# sisters mostly share it.
_COMMON: Final[_Row] = (0.9, 0.3, 0.9, 0.9)
# Who and what is around hangs together, and with the home: of those that agree only the strongest
# counts. Records lag and hold one carer of two; families share all but the school.
_TIES: Final[Mapping[str, _Row]] = {
    # A number rings in one home or one pocket. Some twenty agencies write down fewer than half.
    "telephone": (0.4, 0.00005, 0.4, 0.4),
    # A carer's surname is mostly the child's; of 200 with it, one has the first name too.
    "carers": (0.5, 0.005, 0.45, 0.5),
    # A hundred schools in a district; one sibling in two is of another age.
    "schools": (0.6, 0.01, 0.3, 0.55),
    # Some thirty practices in a district, each for a quarter of the town.
    "gp_practice": (0.7, 0.03, 0.65, 0.7),
}
# Strangers of a file of all children live anywhere. England has some 1.5 million postcodes and
# 6,300 practices: the largest practice has one in 600 of its people, and most one in 6,000.
_POSTCODE_OF_ALL: Final[_Row] = (0.75, 0.00001, 0.65, 0.7)
_PRACTICE_OF_ALL: Final[_Row] = (0.7, 0.002, 0.65, 0.7)
# The child's number on another's file: most often a twin's, then a sibling's. And another's
# number on the child's own.
_NUMBER_SHARED: Final[_Row] = (1.0, 0.000001, 0.0005, 0.003)
_NUMBER_DIFFERS: Final[_Row] = (0.01, 1.0, 1.0, 1.0)


class Company(NamedTuple):
    """What a record's own source holds beside it, where that tells whose the record is.

    `alone`: the source holds all children, and brought no other record that may be the child's. If
    this one were another's, the child's own would have to be missing. `twin_apart`: the twin's own
    file is there too, at an agency that holds nobody twice. `seconded`: another source has one file
    of such a child at the very home, and no other. `half_of_hers`: the name is half of the one
    that a file of all children has for certain, and nobody else turned up whom it could mean.
    """

    alone: bool = False
    twin_apart: bool = False
    seconded: bool = False
    half_of_hers: bool = False


NO_COMPANY: Final = Company()


class Weights(NamedTuple):
    """How many records of each kind would look like this one, of those that a source holds.

    By their details alone; what `numbers` say comes in with the odds. `missing` is how often the
    child's own record would be missing beside one of somebody else.
    """

    own: float
    stranger: float
    sibling: float
    twin: float
    numbers: _Row
    missing: float = 1.0

    @property
    def bits(self) -> float:
        """The logarithm to base 2 of the odds that it is the child's own."""
        own, stranger, sibling, twin = self.numbers
        others = stranger * self.stranger + sibling * self.sibling + twin * self.twin
        return log2(own * self.own / (others * self.missing))


DETAILS: Final = (
    *("given_name", "family_name", "birth_date", "postcode", "sex"),
    *("further_given_name", "surroundings"),
)


def rows_of(evidence: Evidence, population: int | None = None) -> tuple[_Row, ...]:
    """What each detail says of a record of so large a file, in the order of `DETAILS`."""
    called, of_all = evidence.given, holds_all(population)
    at_home = of_all and evidence.postcode is _SAME
    return (
        _GIVEN[called],
        _FAMILY[evidence.family],
        _BIRTH_DATE[evidence.birth_date],
        _POSTCODE_OF_ALL if at_home else _POSTCODE[evidence.postcode],
        (_SEX_OF_FITTING if called.fits else _SEX)[evidence.sex],
        _further(evidence),
        _around(evidence.ties, of_all=of_all),
    )


def _around(ties: tuple[str, ...], *, of_all: bool) -> _Row:
    """The strongest of the ties."""
    tie = next((tie for tie in _TIES if tie in ties), "")
    if of_all and tie == "gp_practice":
        return _PRACTICE_OF_ALL
    return _TIES.get(tie, _SILENT)


def _further(evidence: Evidence) -> _Row:
    if evidence.further:
        return _FURTHER
    return _COMMON if evidence.common else _SILENT


def expected(population: int | None, *, twin_seen: bool, company: Company = NO_COMPANY) -> _Row:
    """How many records of each kind a source may hold before looking."""
    twins = _TWINS_AGAIN if company.twin_apart else _TWINS_SEEN if twin_seen else _TWINS
    own = _OWN_OF_ALL if holds_all(population) else _OWN
    return own, float(population or ALL_CHILDREN), _SIBLINGS, twins


def holds_all(population: int | None) -> bool:
    """Whether a source declares as many children as there are."""
    return (population or 0) >= ALL_CHILDREN


def weights_of(
    evidence: Evidence,
    population: int | None,
    *,
    twin_seen: bool = False,
    company: Company = NO_COMPANY,
) -> Weights:
    """What each explanation makes of a record of a source that holds `population` children."""
    own = stranger = sibling = twin = 1.0
    for ours, strange, siblings, twins in rows_of(evidence, population):
        own *= ours
        stranger *= strange
        sibling *= siblings
        twin *= twins
    owns, strangers, kin, pair = expected(population, twin_seen=twin_seen, company=company)
    return Weights(
        own=owns * own,
        stranger=strangers * stranger * evidence.given_frequency * evidence.family_frequency,
        sibling=kin * sibling,
        twin=pair * twin,
        numbers=numbers_row(evidence),
        missing=_OWN_MISSING if company.alone or company.half_of_hers else 1.0,
    )


def numbers_row(evidence: Evidence) -> _Row:
    """What the numbers say of each explanation."""
    if evidence.shared:
        return _NUMBER_SHARED
    return _NUMBER_DIFFERS if evidence.numbers_differ else _SILENT
