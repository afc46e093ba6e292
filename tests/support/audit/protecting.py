"""One pseudonym or sealed text at a time, for tests that look at one."""

from collections.abc import Sequence

from adapters.contract.dates import PartialDate
from gateway.audit.keys.epoch_keys import KeyService
from gateway.audit.keys.protection import protect
from gateway.audit.keys.pseudonym import Pseudonym, identifier_message, person_message
from gateway.audit.keys.sealing import Sealed


async def identifier_pseudonym(keys: KeyService, scheme: str, value: str) -> Pseudonym:
    (made,) = (await protect(keys, [identifier_message(scheme, value)])).pseudonyms
    return made


async def person_pseudonym(
    keys: KeyService, given: Sequence[str], family: str, birth_date: PartialDate
) -> Pseudonym | None:
    message = person_message(given, family, birth_date)
    return None if message is None else (await protect(keys, [message])).pseudonyms[0]


async def seal(keys: KeyService, text: str, query_id: str) -> Sealed:
    (made,) = (await protect(keys, [], [text], query_id=query_id)).texts
    return made
