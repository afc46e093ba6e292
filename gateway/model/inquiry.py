"""What is asked: whom the caller means, why, and where; checked before anybody is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Self

from adapters.contract.codes import AbuseCategory, OutOfAreaCause, Purpose, Sex
from adapters.contract.dates import PartialDate
from adapters.contract.frozen import plainly_made, replace
from adapters.contract.identifiers import NhsNumber, Postcode, Upn
from adapters.contract.record import Name
from gateway.model.caller import Caller
from gateway.model.candidate_key import SealedRecord
from gateway.model.errors import AskDifferently, InputPath, NotAllowed, gathered
from gateway.model.further_details import (
    LINE,
    FurtherDetails,
    further_details,
    is_line,
    names_of,
)
from gateway.model.words import in_words
from resolvers.comparison.names import families, givens

LONGEST_JUSTIFICATION: Final = 2000
LONGEST_CASE_REFERENCE: Final = 100
_MOST_CHOSEN: Final = 5
_MOST_AGAIN: Final = 10
_CHOSEN: Final[InputPath] = ("known", "chosen")
_FOR_HARM: Final = frozenset({Purpose.SAFEGUARDING, Purpose.EMERGENCY})


@plainly_made
@dataclass(frozen=True, slots=True)
class ChosenRecord:
    """An unresolved record that the caller takes to be the child's; `record` once opened."""

    key: str = field(repr=False)
    reason: str
    record: SealedRecord | None = None


@plainly_made
@dataclass(frozen=True, slots=True)
class Known:
    """What the caller knows of the child, parsed; an absent or blank detail is None or empty."""

    nhs_number: NhsNumber | None = None
    upn: Upn | None = None
    agency_record: tuple[str, str] | None = None
    given_names: tuple[str, ...] = ()
    family_name: str | None = None
    birth_date: PartialDate | None = None
    sex: Sex | None = None
    postcode: Postcode | None = None
    chosen: tuple[ChosenRecord, ...] = ()
    further: FurtherDetails = field(default_factory=FurtherDetails)


@plainly_made
@dataclass(frozen=True, slots=True)
class SignificantHarm:
    """Harm that is suspected, with why in words; stated apart, because it is reviewed."""

    suspected: AbuseCategory
    justification: str


@plainly_made
@dataclass(frozen=True, slots=True)
class OutOfArea:
    """The cause to ask outside the caller's own areas, with why in words."""

    cause: OutOfAreaCause
    justification: str


@plainly_made
@dataclass(frozen=True, slots=True)
class Reason:
    """Why the caller asks; the texts go into the log sealed."""

    purpose: Purpose
    justification: str
    case_reference: str | None = None
    significant_harm: SignificantHarm | None = None
    break_glass: str | None = None
    out_of_area: OutOfArea | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything that the caller gave as a justification."""
        more = (self.significant_harm, self.out_of_area)
        return (self.justification, *(each.justification for each in more if each))


@plainly_made
@dataclass(frozen=True, slots=True)
class Scope:
    """Where to ask; both empty means the caller's areas and the national sources.

    `again` says that these agencies were asked before and did not answer.
    """

    areas: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    again: bool = False


@plainly_made
@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question about one child."""

    known: Known
    reason: Reason
    scope: Scope = Scope()

    def opened(self, open_key: Callable[[str], SealedRecord | None]) -> Self:
        """This inquiry with every chosen record's key opened; AskDifferently if one does not."""
        chosen = tuple(replace(each, record=open_key(each.key)) for each in self.known.chosen)
        if not all(each.record for each in chosen):
            raise AskDifferently(
                "VARIABLES_INVALID",
                "known.chosen: a key must come from your own answer of the last ten minutes, for"
                " the same purpose; ask again, and choose from that answer",
                path=_CHOSEN,
            )
        return replace(self, known=replace(self.known, chosen=chosen))


def inquiries(arguments: Mapping[str, Any], caller: Caller) -> tuple[Inquiry, ...]:
    """The inquiries of a `child`, `children` or `askAgain` field, from its coerced arguments.

    AskDifferently or NotAllowed says what the caller has to change.
    """
    scope, details = _scope_of(arguments), arguments["known"]
    every = details if isinstance(details, list) else [details]
    place = _item if isinstance(details, list) else _only
    reason, *known = gathered(
        partial(_reason, arguments["reason"], caller),
        *[partial(place, index, each) for index, each in enumerate(every)],
    )
    return tuple([Inquiry(each, reason, scope) for each in known])


def _item(index: int, details: Mapping[str, Any]) -> Known:
    try:
        return _known(details)
    except AskDifferently as error:
        raise error.of_item(index) from None


def _only(_: int, details: Mapping[str, Any]) -> Known:
    return _known(details)


def _known(details: Mapping[str, Any]) -> Known:
    record, given, family, chosen, further = gathered(
        lambda: _record(details.get("agencyRecord")),
        lambda: names_of("givenNames", details.get("givenNames") or []),
        lambda: names_of("familyName", [details.get("familyName") or ""]),
        lambda: _chosen(details.get("chosen") or []),
        lambda: further_details(details),
    )
    known = Known(
        nhs_number=details.get("nhsNumber"),
        upn=details.get("upn"),
        agency_record=record,
        given_names=given,
        family_name=next(iter(family), None),
        birth_date=details.get("birthDate"),
        sex=details.get("sex"),
        postcode=details.get("postcode"),
        chosen=chosen,
        further=further,
    )
    refuse_too_few(known)
    return known


def _chosen(every: list[Mapping[str, Any]]) -> tuple[ChosenRecord, ...]:
    if not every:
        return ()
    if len(every) > _MOST_CHOSEN:
        raise AskDifferently(
            "VARIABLES_INVALID",
            f"known.chosen: at most {_MOST_CHOSEN} records in one question",
            path=_CHOSEN,
        )
    chosen = tuple(ChosenRecord(str(each["key"]), in_words(str(each["reason"]))) for each in every)
    if not all(each.reason for each in chosen):
        raise AskDifferently(
            "JUSTIFICATION_MISSING",
            "known.chosen: say in words why you believe that each record is this child's",
            path=_CHOSEN,
        )
    if any(len(each.reason) > LONGEST_JUSTIFICATION for each in chosen):
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG",
            f"known.chosen: a reason has at most {LONGEST_JUSTIFICATION} characters",
            path=_CHOSEN,
        )
    return chosen


def _record(details: Mapping[str, Any] | None) -> tuple[str, str] | None:
    if details is None:
        return None
    agency, record_id = str(details["agency"]).strip(), str(details["recordId"]).strip()
    if not (is_line(agency) and is_line(record_id)):
        raise AskDifferently(
            "VARIABLES_INVALID",
            f"known.agencyRecord: agency and recordId {LINE}",
            path=("known", "agencyRecord"),
        )
    return (agency, record_id) if agency and record_id else None


def refuse_too_few(known: Known) -> None:
    """AskDifferently unless enough is known of a child to ask about one and no other."""
    numbered = bool(known.nhs_number or known.upn or known.agency_record)
    if numbered and known.birth_date:
        return
    name = Name(known.given_names, known.family_name)
    given, family = bool(givens([name])), bool(families([name]))
    if numbered and (given or family):
        return
    if given and family and known.birth_date:
        return
    raise AskDifferently(
        "KNOWN_DETAILS_TOO_FEW",
        "known: give an identifier (nhsNumber, upn or agencyRecord) with a name or birthDate, or"
        " givenNames and familyName with birthDate. A word such as unknown or baby is not a name",
        path=("known",),
    )


def _reason(details: Mapping[str, Any], caller: Caller) -> Reason:
    purpose = details["purpose"]
    if purpose not in caller.purposes:
        raise NotAllowed(
            "PURPOSE_NOT_ENTITLED",
            "reason.purpose: your token does not entitle you to this purpose",
        )
    if purpose is Purpose.SUBJECT_ACCESS:
        raise NotAllowed(
            "SUBJECT_ACCESS_REFUSED", "reason.purpose: for SUBJECT_ACCESS ask `accesses`"
        )
    case_reference, justification, harm, out_of_area = gathered(
        lambda: _case_reference(details, purpose),
        lambda: _justification(details),
        lambda: _significant_harm(details.get("significantHarm"), purpose),
        lambda: _out_of_area(details.get("outOfArea")),
    )
    reason = Reason(
        purpose,
        justification,
        case_reference,
        harm,
        break_glass=str(details.get("breakGlass") or "") or None,
        out_of_area=out_of_area,
    )
    if sum(map(len, reason.texts)) > LONGEST_JUSTIFICATION:
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG",
            f"reason: its justifications have at most {LONGEST_JUSTIFICATION} characters together",
            path=("reason",),
        )
    return reason


def _case_reference(details: Mapping[str, Any], purpose: Purpose) -> str | None:
    reference = in_words(details.get("caseReference") or "") or None
    if purpose is Purpose.SAFEGUARDING and reference is None:
        raise AskDifferently(
            "CASE_REFERENCE_MISSING",
            "reason.caseReference: SAFEGUARDING needs a case reference",
            path=("reason", "caseReference"),
        )
    if reference and len(reference) > LONGEST_CASE_REFERENCE:
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG",
            f"reason: caseReference has at most {LONGEST_CASE_REFERENCE} characters",
            path=("reason", "caseReference"),
        )
    return reference


def _out_of_area(details: Mapping[str, Any] | None) -> OutOfArea | None:
    if details is None:
        return None
    why = _words(details, "say why in words", ("reason", "outOfArea", "justification"))
    return OutOfArea(details["cause"], why)


def _words(details: Mapping[str, Any], missing: str, path: InputPath) -> str:
    why = in_words(str(details["justification"]))
    if not why:
        where = ".".join(map(str, path))
        raise AskDifferently("JUSTIFICATION_MISSING", f"{where}: {missing}", path=path)
    return why


def _significant_harm(
    details: Mapping[str, Any] | None, purpose: Purpose
) -> SignificantHarm | None:
    if details is None:
        return None
    if purpose not in _FOR_HARM:
        raise AskDifferently(
            "SIGNIFICANT_HARM_PURPOSE",
            f"reason.significantHarm: state it for {' or '.join(sorted(_FOR_HARM))}",
            path=("reason", "significantHarm"),
        )
    why = _words(details, "say why in words", ("reason", "significantHarm", "justification"))
    return SignificantHarm(details["suspected"], why)


def _justification(details: Mapping[str, Any]) -> str:
    path = ("reason", "justification")
    justification = _words(details, "say in words why you need to know", path)
    if len(justification) > LONGEST_JUSTIFICATION:
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG",
            f"reason: justification has at most {LONGEST_JUSTIFICATION} characters",
            path=path,
        )
    return justification


def _scope_of(arguments: Mapping[str, Any]) -> Scope:
    if "agencies" not in arguments:
        return _scope(arguments.get("scope"))
    named = _scope({"agencies": arguments["agencies"]})
    if not 0 < len(named.agencies) <= _MOST_AGAIN:
        raise AskDifferently(
            "VARIABLES_INVALID",
            f"agencies: name 1 to {_MOST_AGAIN} agencies that did not answer; to ask more, ask"
            " `child`",
            path=("agencies",),
        )
    return replace(named, again=True)


def _scope(details: Mapping[str, Any] | None) -> Scope:
    if details is None:
        return Scope()
    areas, agencies = details.get("areas") or [], details.get("agencies") or []
    return Scope(tuple(sorted(set(areas))), tuple(sorted({str(a) for a in agencies})))
