"""What the operator's file may not say twice, and places where nobody could be told."""

from collections.abc import Iterator, Sequence
from typing import Final

from adapters.manifest.toml_places import TomlKey

OperatorFault = tuple[TomlKey, str]
_ADDRESSES: Final = ("https://", "http://127.0.0.1:")
_MAIL: Final = "mailto:"


def repeated(names: Sequence[str], table: str, key: str) -> Iterator[OperatorFault]:
    """Each table whose name stands in an earlier one: which of the two counts, nobody could say."""
    for place, name in enumerate(names):
        if name in names[:place]:
            yield (table, place, key), f"two [[{table}]] have this {key}: keep one of them"


def untold(
    officers: Sequence[str], deputies: Sequence[str], mail_hook: str | None
) -> Iterator[OperatorFault]:
    """Each place of a privacy officer or a deputy at which nobody could be told."""
    keys: list[TomlKey] = [("privacy_officer", place, "place") for place in range(len(officers))]
    keys += [("deputies", place) for place in range(len(deputies))]
    for key, told in zip(keys, (*officers, *deputies), strict=True):
        if not told.startswith((*_ADDRESSES, _MAIL)):
            yield key, "write https://... or mailto:..."
        elif told.startswith(_MAIL) and mail_hook is None:
            yield key, "mail goes by the mail hook: add mail_hook = ..., or write https://..."
    if mail_hook is not None and not mail_hook.startswith(_ADDRESSES):
        yield ("mail_hook",), "write https://..."
