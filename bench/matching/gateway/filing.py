"""What an agency holds and how its own search finds it, as a source that the gateway asks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.contract.contract import NoRecord, Question, Records, Reply, TooMany
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import Identifier, Name, Record
from bench.matching.gateway.agencies import Kind, manifest_of
from demo.systems.soundex import soundex

_NUMBERS: Final = (NHS_NUMBER, UPN)
_MOST: Final = 50  # NHS demographics answers with so many, and else says that there are too many
Index = tuple[str, ...]


@dataclass(slots=True)
class Filing:
    """One agency's records with the key of the child each is about, and its indexes.

    It is a `Source` of the adapters' contract: a number finds the files that bear it; a name finds
    by surname and whole date, letter by letter. NHS demographics, asked by both names and the date,
    also answers with names that sound the same or stand in each other's place.
    """

    kind: Kind
    whose: dict[str, int] = field(default_factory=dict)
    of_child: dict[int, list[Record]] = field(default_factory=lambda: defaultdict(list))
    _by: dict[Index, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Record, key: int) -> None:
        """File a record."""
        self.whose[record.record_id or ""] = key
        self.of_child[key].append(record)
        for index in dict.fromkeys(self._indexes(record)):
            self._by[index].append(record)

    @property
    def records(self) -> list[Record]:
        """All of them."""
        return [record for every in self.of_child.values() for record in every]

    async def ask(self, question: Question) -> Reply:
        """The records that the search brings; a test child under whatever number is asked for."""
        if question.on_behalf.test_child:
            numbers = question.given.items()
            return Records((Record(identifiers=tuple(Identifier(*each) for each in numbers)),))
        found = self.search(question.given)
        if len(found) > _MOST:
            return TooMany()
        return Records(found) if found else NoRecord()

    async def aclose(self) -> None:
        """Nothing is open."""

    def search_by_all(self, keys: Mapping[str, str]) -> tuple[Record, ...]:
        """The records that any operation finds by these keys, one operation after another."""
        cards = (operation.card for operation in manifest_of(self.kind, 1).operation)
        possible = [card for card in cards if card.needs <= keys.keys()]
        found = (self.search({k: keys[k] for k in card.accepts & keys.keys()}) for card in possible)
        return tuple(record for each in found for record in each)

    def search(self, given: Mapping[str, str]) -> tuple[Record, ...]:
        """The records that these details find, each once."""
        numbers = [(scheme, given[scheme]) for scheme in _NUMBERS if scheme in given]
        if numbers:
            return self._under(*numbers)
        family, born = given["family_name"].casefold(), given["birth_date"]
        name = given.get("given_name", "").casefold()
        if self.kind.fuzzy:
            said = ("sound", soundex(family), soundex(name), born)
            turned = ("sound", soundex(name), soundex(family), born)
            return self._under(("names", family, name, born), said, turned)
        if self.kind.forename:
            return self._under(("names", family, name, born))
        return self._under(("family", family, born))

    def _under(self, *indexes: Index) -> tuple[Record, ...]:
        found: dict[str, Record] = {}
        for index in indexes:
            for record in self._by.get(index, ()):
                found.setdefault(record.record_id or "", record)
        return tuple(found.values())

    def _indexes(self, record: Record) -> Iterable[Index]:
        for identifier in record.identifiers:
            yield (identifier.scheme, identifier.value)
        if record.birth_date and record.birth_date.whole:
            for name in record.names:
                yield from self._named(name, str(record.birth_date))

    def _named(self, name: Name, born: str) -> Iterable[Index]:
        family, given = (name.family or "").casefold(), " ".join(name.given[:1]).casefold()
        yield ("names", family, given, born)
        yield ("family", family, born)
        if self.kind.fuzzy and family and given:
            yield ("sound", soundex(family), soundex(given), born)
