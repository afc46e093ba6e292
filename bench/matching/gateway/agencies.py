"""The agencies of the made-up districts: what each holds, how it is searched, what it claims."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from adapters.contract.codes import Claim
from adapters.manifest.manifest import Manifest

AREA: Final = "E09990001"
ENGLAND: Final = 12_000_000
_UNTOLD: Final = frozenset({Claim.EFFECTS_NONE})
_BY_NUMBER: Final = 'by = ["nhs_number"]'
_BY_UPN: Final = 'by = ["upn"]'
_BY_NAME: Final = 'by = ["family_name", "birth_date", "given_name?"]'


@dataclass(frozen=True, slots=True)
class Kind:
    """An agency: the share of children it holds, and of its records that bear each number.

    `population` is what it declares and the operator believes: None if it declares none, 0 for as
    many as it holds in the district. `fuzzy` searches as NHS demographics do; the others compare
    the surname and the whole date letter by letter, `forename` the forename too. `keeps_homes` are
    former homes that stand on its records. `keeps` is what else stands
    there: "carer", "practice". `noise` multiplies its clerks' mistakes, `placeless` how many of its
    files have no postcode.
    """

    name: str
    sector: str
    coverage: float
    nhs: float
    upn: float
    operations: tuple[tuple[str, str], ...]
    claims: frozenset[Claim] = _UNTOLD
    population: int | None = 0
    onward: tuple[str, ...] = ()
    noise: float = 1.0
    placeless: float = 1.0
    fuzzy: bool = False
    forename: bool = False
    keeps_homes: bool = False
    marks: bool = False
    keeps: tuple[str, ...] = ()

    @property
    def searched_by_nhs(self) -> bool:
        """Whether an NHS number finds a file here."""
        return any(by.startswith(_BY_NUMBER) for _, by in self.operations)


KINDS: Final = (
    Kind(
        "demographics",
        "HEALTH",
        coverage=0.99,
        nhs=1.0,
        upn=0.0,
        operations=(
            ("by-number", f"{_BY_NUMBER}\nconclusive = true\nsupersedes = true"),
            ("by-name", 'by = ["family_name", "given_name", "birth_date", "sex?"]'),
        ),
        claims=frozenset({Claim.SPINE, Claim.SHIELD_AUTHORITY, Claim.NATIONAL, Claim.CONCLUSIVE})
        | _UNTOLD,
        population=ENGLAND,
        onward=("identifiers", "names", "birth_date"),
        noise=0.5,
        fuzzy=True,
        keeps=("practice",),
        keeps_homes=True,
        marks=True,
    ),
    Kind(
        "gp",
        "HEALTH",
        coverage=0.95,
        nhs=0.99,
        upn=0.0,
        operations=(("by-number", _BY_NUMBER),),
        claims=frozenset({Claim.NATIONAL}) | _UNTOLD,
        population=None,
        onward=("identifiers", "birth_date"),
        keeps=("practice",),
    ),
    Kind(
        "school",
        "EDUCATION",
        coverage=1.0,  # of those enrolled
        nhs=0.0,
        upn=0.98,
        operations=(("by-upn", _BY_UPN), ("by-name", _BY_NAME)),
        claims=frozenset({Claim.SPINE}) | _UNTOLD,
        onward=("identifiers", "names"),
        keeps=("carer",),
    ),
    Kind(
        "social-care",
        "SOCIAL_CARE",
        coverage=0.15,
        nhs=0.95,  # it may clear children by number, so nearly all its files must have one
        upn=0.6,
        operations=(
            ("by-number", f"{_BY_NUMBER}\nconclusive = true"),
            ("by-upn", _BY_UPN),
            ("by-name", _BY_NAME),
        ),
        claims=frozenset({Claim.SHIELD_AUTHORITY, Claim.CONCLUSIVE}) | _UNTOLD,
        onward=("identifiers", "names", "birth_date"),
        noise=1.5,
        keeps=("carer",),
        keeps_homes=True,
        marks=True,
    ),
    Kind(
        "hospital",
        "HEALTH",
        coverage=0.5,
        nhs=0.9,
        upn=0.0,
        operations=(
            ("by-number", _BY_NUMBER),
            ("by-name", 'by = ["family_name", "given_name", "birth_date"]'),
        ),
        forename=True,
    ),
    Kind(
        "police",
        "POLICE",
        coverage=0.08,
        nhs=0.0,
        upn=0.0,
        operations=(("by-name", _BY_NAME),),
        noise=2.0,
    ),
    Kind(
        "housing",
        "HOUSING",
        coverage=0.35,
        nhs=0.0,
        upn=0.0,
        operations=(("by-name", _BY_NAME),),
        noise=1.5,
        placeless=0.1,  # it is about a home, or about having none
    ),
)

_MANIFEST: Final = """
manifest = 1
kind = "plugin"
[source]
id = "{kind.name}"
agency = "{kind.name}"
sector = "{kind.sector}"
base_url = "http://127.0.0.1:1"
effects = "none"
claims = [{claims}]
onward = [{onward}]
{population}
[agency]
name = "{kind.name}"
areas = [{areas}]
duty_contact = {{ telephone = "01632 960100", hours = "24/7" }}
[auth]
scheme = "none"
[plugin]
use = "in-memory"
[limits]
timeout = "2s"
rate = "1000/s"
concurrency = 8
{operations}
[codes.restricted]
"*" = true
[[release]]
classes = ["IDENTITY", "INVOLVEMENT", "CONTACT", "LOCATION", "HEALTH", "EDUCATION", "FAMILY"]
to = {{ sectors = ["SOCIAL_CARE"], roles = ["practitioner"] }}
purposes = ["SAFEGUARDING"]
until = 2099-12-31
"""
_OPERATION: Final = """
[[operation]]
name = "{name}"
{by}
  [operation.map]
  record_id = "id"
  {marks}
  [[operation.address]]
  postcode = "postcode"
  {kept}
"""
_KEPT: Final = {
    "carer": '[[operation.carer]]\n  name = "carer"',
    "practice": '[[operation.gp_practice]]\n  ods_code = "practice"',
}


@cache
def manifest_of(kind: Kind, held: int) -> Manifest:
    """The agency's manifest, when it holds so many children of the district."""
    return Manifest.model_validate(tomllib.loads(_text(kind, held)))


def _text(kind: Kind, held: int) -> str:
    marks = 'restricted = { path = "restricted", codes = "restricted" }' if kind.marks else ""
    kept = "\n  ".join(_KEPT[what] for what in kind.keeps)
    claims = {*kind.claims, *([Claim.POPULATION] if kind.population is not None else ())}
    national = Claim.NATIONAL in kind.claims
    return _MANIFEST.format(
        kind=kind,
        claims=_listed(sorted(claims)),
        onward=_listed(kind.onward),
        population="" if kind.population is None else f"population = {kind.population or held}",
        areas="" if national else f'"{AREA}"',
        operations="".join(
            _OPERATION.format(name=name, by=by, marks=marks, kept=kept)
            for name, by in kind.operations
        ),
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)
