"""What a document costs by the time that it is asked again: read, kept, trusted, refused.

Nothing is asked and nothing is logged. Figures are CPU of one call, the median of many.
"""

from collections.abc import Callable
from contextlib import suppress
from statistics import median
from time import process_time_ns
from typing import Final

from bench.town.question import FIRST_SCREEN
from gateway.config.tables.documents import DocumentSettings
from gateway.graphql.documents import Documents, digest_of
from gateway.graphql.root import build_schema
from gateway.graphql.trusted.trusted_documents import TrustedDocuments
from gateway.model.errors import AskDifferently

_ROUNDS: Final = 200
_STRANGE: Final = "{ agencies { " + "id " * 400 + "} }"


def main() -> None:
    """Print the table."""
    reading = Documents(build_schema()._schema, DocumentSettings())  # noqa: SLF001  # as executed
    reading.document(FIRST_SCREEN)
    _refused(lambda: reading.document(_STRANGE))
    digest = digest_of(FIRST_SCREEN)
    trusted = TrustedDocuments({digest: reading.document(FIRST_SCREEN)})
    rows: dict[str, Callable[[], object]] = {
        "read for the first time": lambda: reading.read(FIRST_SCREEN, digest),
        "sent again": lambda: reading.document(FIRST_SCREEN),
        "trusted, by its text": lambda: trusted.document(FIRST_SCREEN, None),
        "trusted, by its id": lambda: trusted.document("", digest),
        "refused again": lambda: _refused(lambda: reading.document(_STRANGE)),
        "not trusted": lambda: _refused(lambda: trusted.document(_STRANGE, None)),
    }
    print("| A document | CPU |\n|---|---|")
    for name, work in rows.items():
        print(f"| {name} | {_cpu_us(work):.1f} µs |")


def _refused(work: Callable[[], object]) -> None:
    with suppress(AskDifferently):
        work()


def _cpu_us(work: Callable[[], object]) -> float:
    return median(_once(work) for _ in range(_ROUNDS)) / 1000


def _once(work: Callable[[], object]) -> int:
    began = process_time_ns()
    work()
    return process_time_ns() - began


if __name__ == "__main__":
    main()
