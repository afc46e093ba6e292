"""What the log says of a child and of a reason, made unreadable before it is written."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.contract.codes import Purpose
from adapters.contract.frozen import plainly_made
from adapters.contract.record import Name
from gateway.audit.entry.flags import SIGNIFICANT_HARM
from gateway.audit.errors import KeysUnavailable, SealBroken, TextTooLong
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.protection import ProtectedTexts, protect_everywhere
from gateway.audit.keys.protection import protect as protect_under
from gateway.audit.keys.pseudonym import (
    Pseudonym,
    identifier_message,
    person_message,
    place_message,
)
from gateway.audit.keys.random_bytes import RandomBytes
from gateway.audit.keys.sealing import MAX_TEXT, Sealed, unseal
from gateway.model import events
from gateway.model.errors import AskDifferently, TryLater
from gateway.model.inquiry import Inquiry, Known

OUT_OF_AREA: Final = "OUT_OF_AREA"
CHOSEN: Final = "CHOSEN"
AGAIN: Final = "AGAIN"
# Whatever a screen, a spreadsheet or a terminal begins a line after.
_LINE_END: Final = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_FURTHER_LINE: Final = r"\g<0>    "
_query_id: Final = RandomBytes(12)


@plainly_made
@dataclass(frozen=True, slots=True)
class Pseudonymised:
    """What is logged of a child and a reason, unreadable; `messages` as in Intent.

    `places` is not logged: what was told of places for the `person` of this name and birth date,
    each as its kind and a pseudonym, by which different ones are counted.
    """

    query_id: str
    purpose: Purpose
    messages: frozenset[bytes] = field(repr=False)
    pseudonyms: tuple[Pseudonym, ...]
    justification: Sealed
    case_reference: Sealed | None
    detail: str | None
    person: Pseudonym | None = None
    places: tuple[tuple[str, Pseudonym], ...] = ()


async def pseudonymise(keys: KeyService, inquiry: Inquiry) -> Pseudonymised:
    """What the intent of an inquiry will say of the child and of the reason."""
    query_id = _query_id.text()
    case = inquiry.reason.case_reference
    texts = [_justification(inquiry), *filter(None, [case])]
    messages = hmac_inputs(inquiry.known)
    places = _place_inputs(inquiry.known)
    every = [*messages, *[message for _, message in places]]
    protected = await protect_texts(keys, every, texts, query_id=query_id)
    named, placed = protected.pseudonyms[: len(messages)], protected.pseudonyms[len(messages) :]
    return Pseudonymised(
        query_id=query_id,
        purpose=inquiry.reason.purpose,
        messages=frozenset(messages),
        pseudonyms=named,
        justification=protected.texts[0],
        case_reference=protected.texts[1] if len(texts) > 1 else None,
        detail=_detail(inquiry),
        person=next(iter(named[len(list(_identifiers(inquiry.known))) :]), None),
        places=tuple(zip([kind for kind, _ in places], placed, strict=True)),
    )


async def protect_texts(
    keys: KeyService, messages: Sequence[bytes], texts: Iterable[str] = (), *, query_id: str = ""
) -> ProtectedTexts:
    """Messages as pseudonyms and texts sealed for `query_id`, under the current epoch.

    TryLater if the keys cannot be used; AskDifferently if a text is too long.
    """
    try:
        return await protect_under(keys, messages, texts, query_id=query_id)
    except KeysUnavailable as error:
        raise _out_of_reach(error) from None
    except TextTooLong:
        raise AskDifferently(
            "JUSTIFICATION_TOO_LONG", f"a text in words has at most {MAX_TEXT} bytes"
        ) from None


async def found_under(keys: KeyService, known: Known) -> tuple[Pseudonym, ...]:
    """Every pseudonym of a child so known, under every live epoch; TryLater as above."""
    try:
        return await protect_everywhere(keys, hmac_inputs(known))
    except KeysUnavailable as error:
        raise _out_of_reach(error) from None


async def opened(keys: KeyService, sealed: Sealed, query_id: str) -> str | None:
    """A sealed text again; None once its epoch's key is gone and nobody can read it."""
    try:
        return await unseal(keys, sealed, query_id)
    except KeysUnavailable as error:
        raise _out_of_reach(error) from None
    except SealBroken:
        return None


def hmac_inputs(known: Known) -> list[bytes]:
    """What the pseudonyms of a child so known are made of."""
    made = [identifier_message(scheme, value) for scheme, value in _identifiers(known)]
    names = (Name(known.given_names, known.family_name), *known.further.other_names)
    for name in names:
        made += [person for person in _person_input(name, known) if person not in made]
    return made


def _person_input(name: Name, known: Known) -> list[bytes]:
    if not (name.family and known.birth_date):
        return []
    person = person_message(name.given, name.family, known.birth_date)
    return [person] if person else []


def _place_inputs(known: Known) -> list[tuple[str, bytes]]:
    """What was told of places, by its kind: each under the name and birth date it was told for."""
    around = known.further.surroundings
    told: dict[str, Sequence[str]] = {
        "postcode": [*filter(None, [known.postcode]), *known.further.former_postcodes],
        "school": around.schools,
        "gp_practice": around.gp_practices,
        "carer": around.carers,
        "telephone": around.telephones,
    }
    return [
        (kind, place_message(person, kind, value.casefold()))
        for person in _person_input(Name(known.given_names, known.family_name), known)
        for kind, values in told.items()
        for value in values
    ]


def _identifiers(known: Known) -> Iterator[tuple[str, str]]:
    if known.nhs_number:
        yield "nhs_number", known.nhs_number
    if known.upn:
        yield "upn", known.upn
    if known.agency_record:
        agency, record_id = known.agency_record
        yield f"record_id:{agency}", record_id
    for chosen in known.chosen:
        if chosen.record:
            yield f"record_id:{chosen.record.agency}", chosen.record.record_id


def _justification(inquiry: Inquiry) -> str:
    """Everything that the caller gave as a reason, a line each; a further line of one is indented.

    So nobody can write a line that looks like another reason than they gave.
    """
    lines = [inquiry.reason.justification]
    if harm := inquiry.reason.significant_harm:
        lines.append(f"{SIGNIFICANT_HARM} {harm.suspected}: {harm.justification}")
    if beyond := inquiry.reason.out_of_area:
        lines.append(f"{OUT_OF_AREA} {beyond.cause}: {beyond.justification}")
    lines.extend(
        f"{CHOSEN} {chosen.record.agency}: {chosen.reason}"
        for chosen in inquiry.known.chosen
        if chosen.record
    )
    return "\n".join([_LINE_END.sub(_FURTHER_LINE, line) for line in lines])


def _detail(inquiry: Inquiry) -> str | None:
    """What is special about the question, as codes; the log is searched for them."""
    said = {
        SIGNIFICANT_HARM: inquiry.reason.significant_harm,
        OUT_OF_AREA: inquiry.reason.out_of_area,
        CHOSEN: inquiry.known.chosen,
        AGAIN: inquiry.scope.again,
    }
    return "_".join([code for code, given in said.items() if given]) or None


def _out_of_reach(error: KeysUnavailable) -> TryLater:
    """The refusal, once the gateway's own log has the cause."""
    events.key_service_unavailable(error)
    return TryLater(
        "KEY_SERVICE_UNAVAILABLE",
        "the key service cannot be used, so nothing can be logged and nothing is asked or told",
    )
