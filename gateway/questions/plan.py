"""Whom to ask, in which wave, by what, for which fields: data that prints itself.

The sources that say who the child is and whether she is restricted are asked whatever the scope
names. Which of them depends on the caller and the question, never on the child: otherwise the set
would tell where she lives (ADR 0014, 0027).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from adapters.contract.frozen import plainly_made
from adapters.contract.identifiers import AGENCY_RECORD, NHS_NUMBER, UPN
from gateway.config.settings_tables import QuestionSettings
from gateway.fanout.route import possible
from gateway.fanout.sources import SENSITIVE_SERVICES, RegisteredSource, Registry
from gateway.model.caller import Caller
from gateway.model.errors import AskDifferently, Exceeded
from gateway.model.inquiry import Inquiry, Known, Scope
from resolvers.comparison.naming import SHARED, TITLES, halves
from resolvers.comparison.nicknames import in_full
from resolvers.comparison.normalise import fold
from resolvers.comparison.surnames import surname_parts

_MOST_FORMS: Final = 3


class NotAsked(StrEnum):
    """Why a source in scope is deliberately not contacted."""

    HAS_EFFECTS = "asking it has effects at the agency; name the agency in scope to ask it"


@plainly_made
@dataclass(frozen=True, slots=True)
class PlannedSource:
    """One source in scope. Wave 1 asks with the caller's own details, wave 2 with what is learned.

    `agency` is the one in whose row its answer stands: for a sensitive service, the pooled row.
    `by` names the operations that the caller's details allow, in the order of trying. One that is
    `for_shield` is asked for the gateway alone: it has no row, and nothing of it is released.
    """

    source: str
    agency: str
    wave: int
    by: tuple[str, ...]
    not_asked: NotAsked | None = None
    for_shield: bool = False


@plainly_made
@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan of one question; `fields` are the record fields that the document selects.

    `beyond` says whether the caller named what is not of their own areas.
    """

    areas: tuple[str, ...]
    sources: tuple[PlannedSource, ...]
    fields: frozenset[str]
    beyond: bool = False
    # Read off `sources` once: each of hundreds of rows asks for its own.
    agencies: tuple[str, ...] = field(init=False, compare=False, repr=False)
    _of: Mapping[str, tuple[PlannedSource, ...]] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Tell the agencies in scope, by id: each has a row."""
        of: dict[str, tuple[PlannedSource, ...]] = {}
        for planned in self.sources:
            of[planned.agency] = (*of.get(planned.agency, ()), planned)
        in_scope = {p.agency for p in self.sources if not p.for_shield}
        object.__setattr__(self, "agencies", tuple(sorted(in_scope)))
        object.__setattr__(self, "_of", of)

    def of(self, agency: str) -> tuple[PlannedSource, ...]:
        """The sources whose answers are in this agency's row."""
        return self._of.get(agency, ())

    def __str__(self) -> str:
        lines = [f"areas: {', '.join(self.areas) or 'none'}"]
        lines.append(f"fields: {', '.join(sorted(self.fields)) or 'none'}")
        for planned in self.sources:
            how = planned.not_asked or (", then ".join(planned.by) or "with what wave 1 teaches")
            alone = ", for the shield only" if planned.for_shield else ""
            lines.append(f"wave {planned.wave}  {planned.agency} / {planned.source}: {how}{alone}")
        return "\n".join(lines)


def plan(inquiry: Inquiry, caller: Caller, registry: Registry, fields: frozenset[str]) -> Plan:
    """The plan of one inquiry; AskDifferently if its scope names what is not connected.

    A scope may leave agencies out, never the shield set. One that goes beyond the caller's areas is
    for a stated cause, and then the whole set is asked: which of it restricts a child must not show
    by which area was named.
    """
    areas = _areas(inquiry.scope, caller, registry)
    agencies = _agencies_in_scope(inquiry.scope, areas, registry)
    beyond = _beyond(inquiry.scope, caller, registry)
    if beyond and inquiry.reason.out_of_area is None:
        raise AskDifferently(
            "OUT_OF_AREA_CAUSE_MISSING",
            "reason.outOfArea: the scope goes beyond your own areas; state the cause, and explain"
            " it in words",
            path=("reason", "outOfArea"),
        )
    members = shield_set(caller.areas, registry, everywhere=beyond)
    return Plan(
        areas=areas,
        sources=tuple(
            _planned(source, inquiry, for_shield=source.agency not in agencies)
            for _, source in sorted(registry.sources.items())
            if source.agency in agencies or source.id in members
        ),
        fields=fields,
        beyond=beyond,
    )


def shield_set(areas: Iterable[str], registry: Registry, *, everywhere: bool) -> frozenset[str]:
    """Whom to ask for a caller of these areas, by source id: the set and the identity sources.

    Those of the caller's areas and of whatever else the agencies there serve; or all there are.
    """
    around = _around(areas, registry)
    return frozenset(
        source.id
        for source in registry.sources.values()
        if (source.in_shield_set or source.is_identity)
        and (everywhere or registry.agencies[source.agency].serves(around))
    )


def costs(registry: Registry) -> tuple[str, ...]:
    """What each grant costs in availability, a sentence a member, by source id."""
    return tuple(_cost(member, registry) for member in _members(registry))


def _cost(member: RegisteredSource, registry: Registry) -> str:
    card = registry.agencies[member.agency]
    near = [area for area in registry.areas if card.serves(_around((area,), registry))]
    whose = "every area" if len(near) == len(registry.areas) else ", ".join(sorted(near))
    return (
        f"{member.id} is in the shield set. While it does not answer, no child is cleared for"
        f" callers of {whose or 'no area'}, or for a question out of area"
    )


def _members(registry: Registry) -> list[RegisteredSource]:
    return [source for _, source in sorted(registry.sources.items()) if source.in_shield_set]


def _around(areas: Iterable[str], registry: Registry) -> tuple[str, ...]:
    own = tuple(areas)
    near = [card.areas for card in registry.agencies.values() if card.serves(own)]
    return tuple(sorted({*own}.union(*near)))


def own_details(known: Known, agency: str) -> dict[str, str]:
    """What the caller knows, as keys for one agency's operations.

    The postcode is not among them but `kept_back`: where a child lives is neither sent nor scored
    until the shield authorities have cleared the child.
    """
    keys = {
        NHS_NUMBER: known.nhs_number,
        UPN: known.upn,
        "given_name": known.given_names[0] if known.given_names else None,
        "family_name": known.family_name,
        "birth_date": str(known.birth_date)
        if known.birth_date and known.birth_date.whole
        else None,
        "sex": known.sex.value.lower() if known.sex else None,
    }
    if known.agency_record and known.agency_record[0] == agency:
        keys[AGENCY_RECORD] = known.agency_record[1]
    return {name: str(value) for name, value in keys.items() if value}


def other_forms(known: Known) -> tuple[Mapping[str, str], ...]:
    """The names otherwise, for who finds nobody by the first given name and the surname.

    First come the other names that the caller told. Files have a child of several given names under
    the second one where the first is shared by many, such as Muhammad, or where two stand in either
    order. Of a first one that is half a name (Ka, Abdul, Maria) they have two as one word, and of
    one word (Ka-Yan, Kayan) two. Of a divided surname they have a part. A father's name or a title
    (Eden Yonas, Simran Kaur) is the surname on some files. Of a pet name (Tommy) most have the name
    in full. At most three, as each is one more call.
    """
    first, *further = (*known.given_names, "")
    family, others = known.family_name, known.further.other_names
    if not (known.given_names or family or others):
        return ()
    half = further[:1] if fold(first) in SHARED else []
    titles = [given for given in further if fold(given) in TITLES]
    called = [given for given in further if given not in titles or fold(given) in SHARED]
    forms = [(first, family)]
    forms += [(next(iter(name.given), first), name.family or family) for name in others]
    forms += [(given, family) for given in halves(first)[:1]]
    forms += [(first, part) for part in (*surname_parts(family or ""), *titles)]
    forms += [(given, family) for given in called]
    forms += [(f"{first} {given}", family) for given in half if given]
    forms += [(first, given) for given in called if not (half or halves(first))]
    forms += [(name.capitalize(), family) for name in in_full(fold(first))]
    _, *more = dict.fromkeys(forms)
    return tuple({"given_name": g, "family_name": f} for g, f in more if g and f)[:_MOST_FORMS]


def refuse_costly(planned: Sequence[tuple[Plan, Known]], settings: QuestionSettings) -> None:
    """AskDifferently if one request would need more of agencies than the limits allow.

    It is counted from what the caller may know, so that the figures tell nothing: a row for each
    agency in scope, and a call for each form of a name. Checks for the shield are not counted.
    """
    rows = [(len(plan.agencies), known) for plan, known in planned]
    records = sum([count for count, _ in rows])
    calls = sum([count * _forms(known) for count, known in rows])
    _refuse_over("max_records", records, settings.max_records)
    _refuse_over("max_calls", calls, settings.max_calls)


def _refuse_over(name: str, found: int, most: int) -> None:
    if found > most:
        raise AskDifferently(
            "QUESTION_TOO_COSTLY",
            f"known, scope: one request asks for at most {most} {name.removeprefix('max_')};"
            " ask about fewer children, or name the agencies in scope",
            exceeded=Exceeded(f"questions.{name}", found, most),
        )


def _forms(known: Known) -> int:
    """How often an agency is asked about one child at most: once by a number."""
    numbered = known.nhs_number or known.upn
    return 1 if numbered else 1 + len(other_forms(known))


def kept_back(known: Known) -> dict[str, str]:
    """What the caller knows and nobody is asked with until the child is cleared."""
    return {"postcode": str(known.postcode)} if known.postcode else {}


def _areas(scope: Scope, caller: Caller, registry: Registry) -> tuple[str, ...]:
    unknown = set(scope.areas) - registry.areas.keys()
    if unknown:
        raise AskDifferently(
            "SCOPE_UNKNOWN",
            f"scope.areas: the areas here are {', '.join(sorted(registry.areas))}",
            path=("scope", "areas"),
        )
    if scope.areas or scope.agencies:
        return scope.areas
    return tuple(area for area in caller.areas if area in registry.areas)


def _beyond(scope: Scope, caller: Caller, registry: Registry) -> bool:
    """Whether the scope names an area, or an agency of an area, that is not the caller's own."""
    named = [registry.agencies[agency] for agency in scope.agencies]
    near = all(card.serves(caller.areas) for card in named)
    return not near or not {*scope.areas} <= {*caller.areas}


def _agencies_in_scope(scope: Scope, areas: tuple[str, ...], registry: Registry) -> frozenset[str]:
    unknown = set(scope.agencies) - registry.shown.keys()
    if unknown:
        path = ("agencies",) if scope.again else ("scope", "agencies")
        raise AskDifferently(
            "SCOPE_UNKNOWN",
            f"{'.'.join(path)}: the agencies here are {', '.join(sorted(registry.shown))}",
            path=path,
        )
    named = frozenset(scope.agencies)
    if SENSITIVE_SERVICES in named:
        named |= {source.agency for source in registry.sources.values() if source.sensitive}
    if scope.agencies and not scope.areas:
        return named
    return named | {
        card.id for card in registry.agencies.values() if card.national or {*card.areas} & {*areas}
    }


def _planned(source: RegisteredSource, inquiry: Inquiry, *, for_shield: bool) -> PlannedSource:
    by = possible(source, own_details(inquiry.known, source.agency))
    named = source.row in inquiry.scope.agencies and not inquiry.scope.again
    barred = source.has_effects and not named  # to repeat a question is no wish for its effects
    return PlannedSource(
        source=source.id,
        agency=source.row,
        wave=1 if by else 2,
        by=tuple(card.name for card in by),
        not_asked=NotAsked.HAS_EFFECTS if barred else None,
        for_shield=for_shield,
    )
