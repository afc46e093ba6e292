"""By which numbers of hers each source of the shield set was not asked, though a file bears them.

A source may have a second file of hers, under one of these alone and marked. So it is asked by each
number that may be hers by any reading: those on its own files, which is no news to it, and those on
others' files that their onward rule allows it to be told (ADR 0042).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.contract.contract import NoRecord, Records
from adapters.contract.frozen import plainly_made
from adapters.contract.record import Identifier, Record
from gateway.fanout.route import not_asked_by
from gateway.fanout.source_answer import SourceAnswer
from gateway.fanout.sources import RegisteredSource
from resolvers.matching.by_kind.crowd import without_crowds
from resolvers.matching.details import ReadOnce
from resolvers.matching.grade import Resolution
from resolvers.matching.reference import Reference
from resolvers.matching.shield_reach import leading

Numbers = frozenset[Identifier]
_File = tuple[str, Record]  # a source of the set or an identity source, and a record there
_NOBODYS: Final = Numbers()
MOST_LIKELY: Final = 3  # children of one name and birthday: each is asked about by number


@plainly_made
@dataclass(frozen=True, slots=True)
class Heard:
    """What sources answered, by id. `read` gives the details of a record.

    Only the set and the identity sources teach the set anything here.
    """

    answers: Mapping[str, SourceAnswer]
    sources: Mapping[str, RegisteredSource]
    read: ReadOnce

    def owed(
        self, reference: Reference, resolution: Resolution, *, before_a_home: bool = False
    ) -> Mapping[str, Numbers]:
        """By source id, the numbers by which it is still to be asked; empty where none is left.

        `before_a_home`: those too that stand on files which a home may make hers.
        """
        if not self.left:
            return {}
        of_others = reference.of_others
        owed = self._left(self._hers(reference, resolution, before_a_home=before_a_home))
        return {name: more for name, numbers in owed.items() if (more := numbers - of_others)}

    @property
    def left(self) -> Mapping[str, Numbers]:
        """By source id, the numbers on any file at all by which it could be asked and was not."""
        return self._left(self._files)

    @property
    def _files(self) -> list[_File]:
        return [
            (name, record)
            for name, answered in self.answers.items()
            if (source := self.sources[name]).in_shield_set or source.is_identity
            for record in answered.records
        ]

    def _left(self, files: list[_File]) -> dict[str, Numbers]:
        own: dict[str, set[Identifier]] = {}
        for name, record in files:
            own.setdefault(name, set()).update(self.read(name, record).identifiers)
        told = _NOBODYS.union(*(numbers for name, numbers in own.items() if self._tells(name)))
        return {
            name: unasked
            for name, answered in self.answers.items()
            if self.sources[name].by_each_number
            and isinstance(answered.reply, Records | NoRecord)
            and (
                unasked := not_asked_by(
                    self.sources[name],
                    answered,
                    told.union(own.get(name, ())),
                )
            )
        }

    def _tells(self, source: str) -> bool:
        manifest = self.sources[source].manifest
        return "identifiers" in manifest.source.onward

    def _hers(
        self, reference: Reference, resolution: Resolution, *, before_a_home: bool
    ) -> list[_File]:
        """The files that may be hers by any reading; of an identity source the certain ones.

        A register has each namesake too, and tells them apart. Before a home counts, a few that
        are likely there lead on too.
        """
        files = self._files
        held = without_crowds(
            {(name, at): self.read(name, record) for at, (name, record) in enumerate(files)}
        )[0]
        leads = leading(self.read.known(reference), held)
        identity = {name for name, _ in files if self.sources[name].is_identity}
        # The very records that were resolved: to compare each with each takes their square.
        certain = {id(record) for name in identity for record in resolution.certain(name)}
        likely = [resolution.likely(name) for name in identity] if before_a_home else []
        certain.update(id(r) for every in likely if len(every) <= MOST_LIKELY for r in every)
        return [
            (name, record)
            for at, (name, record) in enumerate(files)
            if (id(record) in certain if name in identity else (name, at) in leads)
        ]
