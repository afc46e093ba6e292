"""Whom you can be on the demo's pages, and what to try as each of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from joserfc.jwk import ECKey

from demo.badges import EVERYBODY, Badge
from demo.population.cast import Cast
from demo.population.family_keys import family_token
from demo.population.people import Child
from demo.processes.clinic import SAMPLE, SOURCE
from demo.questions import more, story
from demo.yesterday import old_enough

_WHO: Final = {
    "practitioner": "Social worker",
    "shield-cleared": "Social worker who may see shielded addresses",
    "source-registrar": "IT of an agency",
    "information-governance": "Approver at an agency",
    "operator": "Operator of the gateway",
    "auditor": "Auditor",
    "privacy-officer": "Privacy officer of an agency",
}
_TRY: Final = {
    "source-registrar": ("Join with a system: a draft from a sample, tried with a test child.",),
    "information-governance": (
        "Look at what waits for your approval, once your IT has proposed it.",
    ),
    "operator": (
        "See how the gateway is doing, and which system is away on purpose.",
        "Suspend a system, with a reason.",
    ),
    "auditor": (
        "Look at the alerts: k.lowe broke the glass, and asked about many children.",
        "Close a review. Find the entry of the break-glass in the log, and check its proof.",
    ),
    "privacy-officer": ("See which questions reached your agency.",),
    "shield-cleared": ("Ask about the shielded child, and compare with the social worker.",),
}

Sign = Callable[[Badge], str]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody whom you can be: `token` gives a fresh access token of theirs."""

    id: str
    name: str
    who: str
    to_try: tuple[str, ...]
    token: Callable[[], str]


def people_of(
    cast: Cast, sign: Sign, family_key: ECKey, clinic: str = ""
) -> tuple[DemoPerson, ...]:
    """Everybody, practitioners first; `sign` gives the access token of a badge.

    `clinic` is the address of a system that may join.
    """
    return (
        *(_with_badge(badge, cast, sign, clinic) for badge in EVERYBODY),
        _of_family("young-person", "A young person", old_enough(cast), family_key),
        _of_family("parent", "A parent of the same child", old_enough(cast), family_key),
    )


def _with_badge(badge: Badge, cast: Cast, sign: Sign, clinic: str) -> DemoPerson:
    to_try = _about_children(cast) if badge.role == "practitioner" else _TRY[badge.role]
    if badge.role == "source-registrar" and clinic:
        to_try = (*to_try, *_joining(clinic))
    return DemoPerson(badge.user, badge.user, _WHO[badge.role], to_try, lambda: sign(badge))


def _joining(clinic: str) -> tuple[str, ...]:
    return (
        f"Its id is {SOURCE}, its sector Health, its address {clinic}. It serves Northbrook.",
        f"Paste this reply as the sample: {SAMPLE}",
        "Try it with NHS number 999 000 0018, propose it, and then be the approver.",
    )


def _about_children(cast: Cast) -> tuple[str, ...]:
    return (
        "Any reason and reference of a case will do. Tick other areas, and agencies there answer.",
        *(f"{each.title}: {_said(each.variables)}" for each in (*story(cast), *more(cast))),
    )


def _said(variables: dict[str, Any]) -> str:
    known = variables["known"]
    names = " ".join([*known["givenNames"], known["familyName"]])
    return f"NHS number {known['nhsNumber']}, {names}, born {known['birthDate']}."


def _of_family(kind: str, who: str, child: Child, key: ECKey) -> DemoPerson:
    about = {
        "nhs_number": child.nhs_number,
        "birthdate": child.born.isoformat(),
        "given_name": child.given[0],
        "family_name": child.family,
    }
    says = about if kind == "young-person" else {"children": [_as_child(about)]}
    whom = "you" if kind == "young-person" else "your child"
    to_try = (
        f"Look who asked about {whom} the day before.",
        "Choose Polish at the top of that page.",
    )
    return DemoPerson(kind, who, who, to_try, lambda: family_token(kind, says, key))


def _as_child(about: dict[str, Any]) -> dict[str, Any]:
    return {**about, "parental_responsibility": "verified"}
