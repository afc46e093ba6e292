"""Operations of manifests drawn at random, and documents for them."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from adapters.expressions.language import JMESPATH
from adapters.expressions.xpath import xpath_language
from adapters.manifest.operation import Operation
from adapters.mapping.identity import VALUES
from adapters.mapping.mapping import RecordMapping
from adapters.mapping.sections import SECTIONS
from tests.support.adapters.generated.drawn_elements import element_of
from tests.support.adapters.generated.drawn_values import GOOD, ODD, Oddness, value

CODES: Final[Mapping[str, Mapping[str, str | bool]]] = {
    "sexes": {"F": "FEMALE", "M": "male", " X ": "OTHER", "*": "UNKNOWN"},
    "statuses": {"CIN": "CHILD_IN_NEED", "LAC": "LOOKED_AFTER", "1": "NONE"},
    "uses": {"old": "FORMER", "true": "ALIAS", "strange": "of no kind"},
    "days": {"open": "", "a": "2025-12-31", "b": "no day"},
    "names": {"A": "Ann", "long": "x" * 401, "B": "Zo\u00eb"},
    "marks": {"N": False, "n": True, "false": False, "": False, "*": True},
}
SYSTEMS: Final = {"nhs_number": "urn:nhs", "upn": "urn:upn"}
_DATES: Final = ("start", "end", "date", "birth_date")
_CODED: Final = {"sex": "sexes", "code": "statuses", "use": "uses", "end": "days", "given": "names"}
_CONSTANTS: Final[Mapping[str, tuple[str | bool, ...]]] = {
    "sensitive": (True, False),
    "use": ("alias",),
    "sex": ("male", "male", "of no kind"),
    "status": ("open",),
    "start": ("2015-03-09", "2015-03-09", "never"),
    "given_names": ("Ann", " "),
    "lines": ("4 Tanners Row",),
}
_AS: Final[Mapping[str, dict[str, Any]]] = {
    "telephone": {"as": "phone"},
    "postcode": {"as": "postcode"},
    "nhs_number": {"as": "nhs_number"},
    "end": {"as": "date"},
    "restricted": {"codes": "marks"},
    "sensitive": {"codes": "marks"},
}
_NUMBERS: Final = ("nhs_number", "upn")
_MOST_ITEMS: Final = 4
_PLAIN: Final = Oddness(0)
_ODD_LISTS: Final[tuple[Any, ...]] = (
    *([None], [{}, {}], [{"access": "denied"}], [[{}]], [{"a": n} for n in range(60)]),
    [{"a": n} for n in range(1100)],
)


class Places(dict[str, str]):
    """What is called so at each place of a document or an item, which `is_xml` or not."""

    def __init__(self, *, is_xml: bool) -> None:
        super().__init__()
        self.is_xml = is_xml


@dataclass(frozen=True, slots=True)
class Drawn:
    """A mapping, and for each place that it reads from what is called so there."""

    mapping: RecordMapping
    places: Places
    lists: Mapping[str, Places]
    is_fhir: bool


def drawn(random: Random) -> Drawn:
    """A mapping of some values and some lists."""
    is_fhir, is_xml = random.choice(((False, False), (False, False), (True, False), (False, True)))
    places = Places(is_xml=is_xml)
    table: dict[str, Any] = {"name": "all", "path": "/{upn}", "map": {}}
    for name in VALUES:
        if random.random() < 0.8 and not (is_fhir and name in _NUMBERS):
            table["map"][name] = _mapped(random, name, places)
    lists: dict[str, Places] = {}
    for field in (one for one in SECTIONS if random.random() < 0.5):
        for _ in range(random.choice((1, 1, 2))):
            _add_section(random, field, table, lists, places)
    operation = Operation.model_validate(table)
    language = xpath_language({}) if is_xml else JMESPATH
    return Drawn(
        RecordMapping.of(operation, CODES, SYSTEMS if is_fhir else None, language),
        places,
        lists,
        is_fhir,
    )


def _add_section(
    random: Random,
    field: str,
    table: dict[str, Any],
    lists: dict[str, Places],
    places: Places,
) -> None:
    kind = SECTIONS[field]
    section: dict[str, Any] = {}
    inside = places
    if random.random() < 0.8:
        listed = f"{field}_{len(lists)}"
        inside = lists[listed] = Places(is_xml=places.is_xml)
        section["each"] = random.choice(_each(listed, is_xml=places.is_xml))
    needed = [name for name, one in _section_class(kind.key).items() if one]
    for name in kind.values:
        if name in needed or random.random() < 0.7:
            section[name] = _mapped(random, name, inside)
    if field == "identifiers":
        section["scheme"] = random.choice(("local", "local", " "))
    table.setdefault(_key(kind.key), []).append(section)


def _section_class(key: str) -> Mapping[str, bool]:
    found = Operation.model_fields[key].annotation.__args__[0]  # type: ignore[union-attr]
    return {name: one.is_required() for name, one in found.model_fields.items()}


def _key(name: str) -> str:
    return Operation.model_fields[name].alias or name


def _mapped(random: Random, name: str, places: Places) -> Any:
    told, besides = _origin(random, name)
    return besides if told is None else {"path": _path(random, told, places), **besides}


def _origin(random: Random, name: str) -> tuple[str | None, dict[str, Any]]:
    """What is found there, None where the manifest says it itself, and how it is read."""
    kind = random.random()
    if kind < 0.04:
        texts = ("OPEN", "Hart", " ") if name not in GOOD else GOOD[name][:1]
        return None, {"value": random.choice(_CONSTANTS.get(name, texts))}
    if kind < 0.16 and name in _CODED:
        return _CODED[name], {"codes": _CODED[name]}
    if kind > 0.8 and name in _DATES:
        form = random.choice(("%d/%m/%Y", "iso", "excel", "iso-as-written"))
        return form, {"as": "date", "format": form}
    if 0.2 < kind < (0.202 if name in GOOD else 0.23):
        told = random.choice(("date", "bool", "phone", "nhs_number", "upn", "postcode"))
        return told, {"as": told}
    return name, _AS.get(name, {}) if kind < 0.9 else {}


def _each(listed: str, *, is_xml: bool) -> tuple[str, ...]:
    if is_xml:
        return (listed, f"far/{listed}", f"{listed}[*]", f".//{listed}")
    kept = f"{listed}[?keep!=`false`]"
    return (listed, f"far.{listed}", kept, f"{listed}[]", f"{listed}[?keep].inner || {listed}")


def _path(random: Random, name: str, places: Places) -> str:
    place = f"p{len(places)}"
    places[place] = name
    if places.is_xml:
        forms = (place, place, f"far/{place}", f"far/near/{place}", f"@{place}")
        return random.choice((*forms, f"{place}[1]", f"string({place})", f"gone | far/{place}"))
    plain = (place, place, place, f"far.{place}", f"far.near.{place}", f"{place} || gone")
    found = f"many[?on=='{place}'].{place} | [0]"
    rare = (
        *(f"many[?on=='{place}'] | [0].{place}", f"many[?on!='{place}'].on | @ && {place}"),
        *(f"far.near.{place} && {place}", f"many[].{place} | [-1]", f"not_null(gone, {place})"),
        *(f"[far.{place}] | [0]", f"many[?{place}==far.{place}].{place} | [0]"),
    )
    return random.choice((*plain, found, random.choice(rare)))


def document(random: Random, of: Drawn, odd: Oddness) -> Any:
    """A document for the mapping, odd here and there."""
    if odd.strikes(random):
        return random.choice(ODD)
    made = _object(random, of.places, odd)
    for listed, inside in of.lists.items():
        _put(random, made, listed, _items(random, inside, odd), odd)
    if of.is_fhir:
        numbers = [*_identifiers(random, odd)]
        made["identifier"] = random.choice(ODD) if odd.strikes(random) else numbers
    return element_of("child", made) if of.places.is_xml else made


def _items(random: Random, inside: Mapping[str, str], odd: Oddness) -> Any:
    if odd.strikes(random):
        return random.choice((*ODD, *_ODD_LISTS))
    items: list[Any] = [_object(random, inside, odd) for _ in range(random.randrange(_MOST_ITEMS))]
    if items and random.random() < 0.2:
        items.append(items[0])
    if items and odd.strikes(random, "list"):
        items = [_object(random, inside, _PLAIN) for _ in range(random.choice((50, 51, 60)))]
    return items[0] if len(items) == 1 and random.random() < 0.3 else items


def _object(random: Random, places: Mapping[str, str], odd: Oddness) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for place, name in places.items():
        if random.random() < 0.9:
            _put(random, made, place, value(random, name, odd), odd)
    if random.random() < 0.05:
        made["keep"] = random.choice((False, True, None))
    return made


def _put(random: Random, made: dict[str, Any], place: str, said: Any, odd: Oddness) -> None:
    # At every place where a path may look for it, or at some of them.
    far = made.setdefault("far", {})
    near = far.setdefault("near", {}) if isinstance(far, dict) else {}
    for where in (made, far, near):
        if isinstance(where, dict) and not odd.strikes(random):
            where[place] = said
    made["many"] = [*made.get("many", ()), {"on": place, place: said}]
    if random.random() < 0.1 and odd.strikes(random):
        made["far"] = deepcopy(random.choice(ODD))  # things are put into it


TOLD: tuple[dict[str, Any], ...] = (
    *({}, {}, {}, {"use": "old"}, {"use": "usual", "period": None}),
    *({"period": {"start": "2019-04-01"}}, {"period": {"end": "2020-02-30"}}),
    *({"period": {"start": "2019", "end": "2020-01-01T00:00:00Z"}}, {"period": "2019"}),
)


def _identifiers(random: Random, odd: Oddness) -> Iterator[Any]:
    for _ in range(random.randrange(4)):
        system = random.choice(("urn:nhs", "urn:nhs", "urn:upn", "urn:other"))
        name = "upn" if system == "urn:upn" else "nhs_number"
        entry = {"system": system, "value": value(random, name, odd)}
        told = {**entry, **random.choice(TOLD)}
        yield random.choice(ODD) if odd.strikes(random) else told
