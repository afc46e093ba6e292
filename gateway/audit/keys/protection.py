"""What an entry says of a child and in words, made unreadable in one round trip to the keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.pseudonym import Pseudonym, pseudonyms
from gateway.audit.keys.sealing import Sealed, sealable, written


@dataclass(frozen=True, slots=True)
class ProtectedTexts:
    """The pseudonyms of some messages and the texts sealed, each in the order given."""

    pseudonyms: tuple[Pseudonym, ...]
    texts: tuple[Sealed, ...]


async def protect(
    keys: KeyService, messages: Sequence[bytes], texts: Iterable[str] = (), *, query_id: str = ""
) -> ProtectedTexts:
    """Messages as pseudonyms and texts sealed for `query_id`, under the current epoch.

    KeysUnavailable if the keys cannot be used; TextTooLong as `sealable` says.
    """
    held = await keys.protect(messages, [sealable(text, query_id) for text in texts])
    sealed = tuple([written(held.epoch, each) for each in held.sealed])
    return ProtectedTexts(pseudonyms(held.epoch, held.digests), sealed)


async def protect_everywhere(keys: KeyService, messages: Sequence[bytes]) -> tuple[Pseudonym, ...]:
    """The pseudonyms of `messages` under every live epoch; KeysUnavailable as above."""
    found = await keys.find(messages)
    return tuple(name for epoch, made in found.items() for name in pseudonyms(epoch, made))
