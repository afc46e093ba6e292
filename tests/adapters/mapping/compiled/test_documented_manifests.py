"""The manifests that we give away are of the grammar: functions read what their examples have."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.conformance.example import replay_examples
from adapters.contract.record import Record
from adapters.mapping.mapping import RecordMapping, Unusable
from adapters.validation.loading import read_manifest
from tests.support.adapters.asking import NOW
from tests.support.adapters.generated.differences import reader_of

ROOT: Final = Path(__file__).parents[4]
MOST_EXACT: Final = 0.05  # of the records


async def test_records_of_documented_manifests_are_read_by_functions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[tuple[bool, Record | Unusable]] = []
    exact = RecordMapping.exact

    def both(
        mapping: RecordMapping, document: Any, fields: frozenset[str], today: date
    ) -> Record | Unusable:
        told = exact(mapping, document, fields, today)
        function = reader_of(mapping, fields)
        found = None if function is None else function(document, today)
        assert found in (None, told)
        read.append((found is not None, told))
        return told

    monkeypatch.setattr(RecordMapping, "exact", both)
    profiles = sorted((ROOT / "adapters/profiles").glob("*/manifest.toml"))
    for file in profiles:
        assert await replay_examples(read_manifest(file), file.parent, lambda: NOW) == []
    assert len(read) > len(profiles)
    assert len([one for one in read if not one[0]]) <= MOST_EXACT * len(read)
