"""What an agency of the bench answers with: one child's record, as long as it is told to be."""

from typing import Any, Final

import orjson

NHS_NUMBER: Final = "9000000009"
BIRTH_DATE: Final = "2015-03-09"


def answer_of(agency: str, length: int) -> bytes:
    """One record as JSON, of at least `length` bytes.

    What makes it long is what systems send without being asked: entries of a history, which no
    manifest maps.
    """
    record = record_of(agency)
    history: list[dict[str, Any]] = []
    record["history"] = history
    missing = length - len(orjson.dumps(_page(record)))
    entry = len(orjson.dumps(_entry(0))) + 1
    history.extend(_entry(number) for number in range(-(-missing // entry)))
    return orjson.dumps(_page(record))


def page_of(*records: dict[str, Any]) -> bytes:
    """These records as an agency's whole answer."""
    return orjson.dumps(_page(*records))


def _page(*records: dict[str, Any]) -> dict[str, Any]:
    return {"asAt": "2026-11-20T06:00:00Z", "total": len(records), "children": records}


def record_of(agency: str, nhs: str = NHS_NUMBER, workers: int = 1) -> dict[str, Any]:
    """One child's record, with so many workers."""
    return {
        "id": f"{agency}-1",
        "nhs": nhs,
        "family": "Ashdown",
        "given": "Mira",
        "born": BIRTH_DATE,
        "sex": "female",
        "restricted": "N",
        "homes": [{"lines": ["4 Tanners Row", "Northbrook"], "postcode": "ZE1 0AA"}],
        "workers": [
            _worker(f"Jo Hart{' II' * number} of {agency}", "Social worker")
            for number in range(workers)
        ],
    }


def _worker(name: str, role: str) -> dict[str, Any]:
    return {
        "name": name,
        "role": role,
        "team": "Assessment",
        "telephone": "01632 960111",
        "email": "duty@agency.example",
        "teamTelephone": "01632 960112",
        "since": "2025-01-06",
    }


def _entry(number: int) -> dict[str, Any]:
    return {
        "at": "2025-02-03T10:15:00Z",
        "kind": "contact",
        "number": number,
        "by": {"name": "A. Worker", "team": "Assessment"},
        "text": "Telephone call made and returned; nothing further to note on this occasion.",
    }
