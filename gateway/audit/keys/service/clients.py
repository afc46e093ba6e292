"""Who may use the keys, for what and how often: a file of the key service's own operator."""

import hashlib
import hmac
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from gateway.audit.errors import KeysUnreadable
from gateway.config.toml_table import read_table
from gateway.model.errors import ConfigurationInvalid

ClientName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
AMinute = Annotated[int, Field(ge=1, le=10_000_000)]


class Use(StrEnum):
    """What a client may do; a gateway never needs EPOCHS."""

    PROTECT = "protect"
    FIND = "find"
    OPEN = "open"
    SIGN = "sign"
    EPOCHS = "epochs"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Client(_Table):
    """One client, known by the SHA-256 of its credential; what it may have in a minute.

    `pseudonyms` counts every pseudonym made for an entry, `finds` those for a search.
    """

    name: ClientName
    credential_sha256: Digest
    may: frozenset[Use]
    pseudonyms_a_minute: AMinute = 6000
    finds_a_minute: AMinute = 120
    opens_a_minute: AMinute = 600
    signs_a_minute: AMinute = 6000


class Clients(_Table):
    """The whole file: a `[[client]]` each."""

    client: Annotated[tuple[Client, ...], Field(min_length=1, max_length=100)]

    @classmethod
    def read(cls, file: Path) -> "Clients":
        """The clients of `file`; KeysUnreadable says what to change."""
        try:
            held = read_table(cls, file)
        except ConfigurationInvalid as error:
            raise KeysUnreadable(str(error)) from None
        names = [each.name for each in held.client]
        if len({*names}) < len(names) or len({*_digests(held)}) < len(names):
            raise KeysUnreadable(f"{file}: two clients share a name or a credential")
        return held

    def holder(self, credential: str) -> Client | None:
        """Whose credential this is; as long in finding out whether or not it is anybody's."""
        shown = digest_of(credential)
        found: Client | None = None
        for each in self.client:
            if hmac.compare_digest(each.credential_sha256, shown):
                found = each
        return found


def new_credential() -> str:
    """A credential that nobody can guess, 256 bits."""
    return secrets.token_urlsafe(32)


def digest_of(credential: str) -> str:
    """What the file of clients holds of a credential: its SHA-256 in hex."""
    return hashlib.sha256(credential.encode("utf-8", "replace")).hexdigest()


def _digests(held: Clients) -> list[str]:
    return [each.credential_sha256 for each in held.client]
