"""The access flags of a question: compared in memory while it is answered, kept as codes alone."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from adapters.contract.record import Address, Carer, Involvement, Name, Record
from gateway.audit.entry.flags import AccessFlag, AccessFlags, WorkingRelationship
from gateway.fanout.sources import Registry
from gateway.model.caller import Caller, OwnDetails
from gateway.model.inquiry import Inquiry
from gateway.questions.findings import Findings
from gateway.questions.plan import Plan
from resolvers.child.involvements import is_open
from resolvers.comparison import postcodes
from resolvers.comparison.common_names import family_frequency
from resolvers.comparison.names import families
from resolvers.comparison.normalise import digits, fold

_COMMON: Final = 120 / 100_000
_NATIONAL_DIGITS: Final = 10  # a British number without its 0 or 44

_Held = tuple[str, Record]


def of_question(inquiry: Inquiry, plan: Plan, caller: Caller) -> set[AccessFlag]:
    """The access flags of a question before anybody is asked."""
    risks: set[AccessFlag] = set()
    if inquiry.reason.break_glass is not None:
        risks.add(AccessFlag.BREAK_GLASS)
    # Whose token names no area is nowhere out of it: of such issuers the flag would say nothing.
    if caller.areas and plan.beyond:
        risks.add(AccessFlag.OUT_OF_AREA)
    return risks


def of_answer(findings: Findings, caller: Caller, registry: Registry, today: date) -> AccessFlags:
    """What the certain records show of the user: alike in name, home or telephone; involved.

    Records count whatever of them was released; those of sensitive services never.
    """
    held = [
        (registry.sources[source].agency, record)
        for source in sorted(findings.answers.keys() - findings.sensitive.keys())
        for record in findings.resolution.certain(source)
    ]
    records = [record for _, record in held]
    risks = {*_of_name(caller.own, records), *_of_home(caller.own, records)}
    if _same_telephone(caller.own, records):
        risks.add(AccessFlag.SAME_TELEPHONE)
    return AccessFlags(frozenset(risks), _working_relationship(caller, held, today))


def _of_name(own: OwnDetails, records: Iterable[Record]) -> Iterable[AccessFlag]:
    mine = families([Name(family=own.family_name)]) if own.family_name else None
    if not mine:
        return
    theirs = {family for record in records for family in families(record.names)}
    theirs |= {family for r in records for c in r.carers if (family := _last_name(c))}
    for family in mine & theirs:
        common = family_frequency(family) >= _COMMON
        yield AccessFlag.SAME_COMMON_SURNAME if common else AccessFlag.SAME_SURNAME


def _last_name(carer: Carer) -> str:
    return fold(carer.name).rpartition(" ")[2]


def _of_home(own: OwnDetails, records: Iterable[Record]) -> Iterable[AccessFlag]:
    mine = postcodes.read([own.postcode]) if own.postcode else None
    if not mine:
        return
    near = [a for r in records for a in r.addresses if mine & postcodes.read([a.postcode])]
    if any(_same_house(own, address) for address in near):
        yield AccessFlag.SAME_ADDRESS
    elif near:
        yield AccessFlag.SAME_POSTCODE


def _same_house(own: OwnDetails, address: Address) -> bool:
    mine = _house(own.address)
    return bool(mine) and any(_house(line) == mine for line in address.lines)


def _house(line: str | None) -> str:
    """The numbers of a line, "12a" or "flat 3 12"; without any, all of the line."""
    words = fold(line).split()
    numbered = [word for word in words if word[0].isdigit()]
    return " ".join(numbered or words)


def _same_telephone(own: OwnDetails, records: Iterable[Record]) -> bool:
    mine = _number(own.telephone) if own.telephone else ""
    return bool(mine) and any(_number(c.telephone) == mine for r in records for c in r.carers)


def _number(text: str | None) -> str:
    found = digits(text)[-_NATIONAL_DIGITS:]
    return found if len(found) == _NATIONAL_DIGITS else ""


def _working_relationship(
    caller: Caller, held: Iterable[_Held], today: date
) -> WorkingRelationship | None:
    own = caller.own
    by_person = bool(own.registration or own.email)
    relationships = {
        tie
        for agency, record in held
        if by_person or agency == caller.organisation
        for involvement in record.involvements
        if is_open(involvement, today) and (tie := _relationship(caller, agency, involvement))
    }
    if not relationships:
        return None
    return next(tie for tie in WorkingRelationship if tie in relationships)


def _relationship(
    caller: Caller, agency: str, involvement: Involvement
) -> WorkingRelationship | None:
    worker, own = involvement.practitioner, caller.own
    if worker is not None and (
        _alike(own.registration, worker.registration) or _alike(own.email, worker.email)
    ):
        return WorkingRelationship.USER
    if agency != caller.organisation:
        return None
    return (
        WorkingRelationship.TEAM
        if _alike(own.team, involvement.team)
        else WorkingRelationship.ORGANISATION
    )


def _alike(mine: str | None, theirs: str | None) -> bool:
    if not mine or not theirs:
        return False
    folded = fold(mine)
    return bool(folded) and folded == fold(theirs)
