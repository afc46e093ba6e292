"""The conformance kit as one call: what `teamaround source check` says offline, as an assertion."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from adapters.conformance.kit import Level, RuleVerdict, check_offline
from adapters.validation.loading import ManifestInvalid, read_manifest


def assert_conforms(
    manifest: Path | str, level: Level = Level.DEPENDABLE, *, replayed: bool = True
) -> None:
    """AssertionError with what to change unless the manifest's source reaches `level` offline.

    A rule that could not be run fails too, such as where the plugin is not installed. A plugin
    that does not connect by `Opening.connect` alone says `replayed=False`: its examples are then
    not read again.
    """
    __tracebackhide__ = True
    file = Path(manifest)
    verdicts = _verdicts(file)
    wanted = list(Level)[: list(Level).index(level) + 1]
    broken = [one for one in verdicts if one.level in wanted and _is_broken(one, replayed=replayed)]
    if broken:
        raise AssertionError("\n".join([f"{file.name} is not {level}:", *_lines(broken)]))


def _verdicts(file: Path) -> list[RuleVerdict]:
    try:
        read = read_manifest(file)
    except ManifestInvalid as error:
        raise AssertionError(str(error)) from None
    checking = check_offline(read, file.parent, lambda: datetime.now(UTC))
    with ThreadPoolExecutor(1) as thread:  # a test that is a coroutine has a loop already
        return thread.submit(asyncio.run, checking).result()


def _is_broken(one: RuleVerdict, *, replayed: bool) -> bool:
    return one.passed is False or (one.passed is None and replayed)


def _lines(broken: Sequence[RuleVerdict]) -> Iterator[str]:
    for one in broken:
        yield f"{'not run' if one.passed is None else 'FAILED '} {one.level:10} {one.rule}"
        yield f"{'':19}{one.what}"
