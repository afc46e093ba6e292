"""Others sign the log's states too: without a quorum's fresh signature, nobody should be served."""

import asyncio
import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final, Self

import aiohttp
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from adapters.network.bounded_answer import AnswerTooLarge
from adapters.network.http_client import content_of, open_client
from adapters.network.trust import system_trust
from gateway.audit.errors import KeysUnreadable
from gateway.audit.publish.publication import Publication
from gateway.audit.tree.checkpoint import Checkpoint

SECONDS: Final = 10.0
_COSIGNATURE: Final = b"\x04"
_LINE: Final = re.compile("\N{EM DASH} ([^\\s+]+) ([A-Za-z0-9+/=]{1,200})")
_SIZE: Final = re.compile(r"(\d{1,19})\n")
_LONGEST: Final = 4096
_CONFLICT: Final = 409
_JUDGED: Final = frozenset({200, 400, 403, 404, 409, 413, 422})  # the protocol's own statuses
AHEAD_S: Final = (
    600  # a signature from later than this would be fresh long after its witness fell silent
)


@dataclass(frozen=True, slots=True)
class WitnessAt:
    """A witness by its submission prefix, its name and its Ed25519 key."""

    url: str
    name: str
    public: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read "URL name+key id+key"; KeysUnreadable if it is not that."""
        url, _, key = text.strip().partition(" ")
        name, _, rest = key.partition("+")
        try:
            content = base64.b64decode(rest.partition("+")[2], validate=True)
            Ed25519PublicKey.from_public_bytes(content[1:])
        except (ValueError, binascii.Error):
            content = b""
        read = cls(url.rstrip("/"), name, content[1:])
        good = content[:1] == _COSIGNATURE and read.key_id.hex() == rest.partition("+")[0]
        if not good or not url.startswith(("https://", "http://")):
            raise KeysUnreadable("a witness reads: its URL, a space, its verifier key")
        return read

    @property
    def key_id(self) -> bytes:
        """The four bytes before each of its signatures."""
        return sha256(self.name.encode() + b"\n" + _COSIGNATURE + self.public).digest()[:4]

    def signed_at(self, line: str, text: str) -> int | None:
        """When it signed a checkpoint's text, in seconds since 1970; None if the line is not so."""
        found = _LINE.fullmatch(line)
        if found is None or found[1] != self.name:
            return None
        try:
            content = base64.b64decode(found[2], validate=True)
            at = int.from_bytes(content[4:12], "big")
            message = f"cosignature/v1\ntime {at}\n{text}".encode()
            Ed25519PublicKey.from_public_bytes(self.public).verify(content[12:], message)
        except (InvalidSignature, binascii.Error):
            return None
        return at if content[:4] == self.key_id else None


@dataclass(frozen=True, slots=True)
class Denied:
    """A witness that answered and did not sign: it saw another history, or a longer one."""

    witness: str
    status: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """A witness that signed for a moment to come, by the gateway's clock: it is not counted."""

    witness: str


def open_session() -> aiohttp.ClientSession:
    """What witnesses are asked by."""
    return open_client(_LONGEST, timeout_s=SECONDS)


class Witnessing:
    """Asks every witness to sign the log's state; `now` is in UTC."""

    def __init__(
        self,
        publication: Publication,
        witnesses: Sequence[WitnessAt],
        session: aiohttp.ClientSession,
        now: Callable[[], datetime],
    ) -> None:
        self.publication = publication
        self._witnesses = witnesses
        self._session = session
        self._now = now

    async def ask_all(self) -> tuple[Denied | Ahead, ...]:
        """Have the log's state signed by whoever answers; those whose answer does not count.

        LogUnavailable or LogCorrupt if the log cannot publish. Who does not answer signs nothing.
        """
        checkpoint = await self.publication.newest()
        known = await self.publication.log.cosigned()
        asked = (self._ask(w, checkpoint, known.get(w.name, (0, 0))[1]) for w in self._witnesses)
        return tuple(said for said in await asyncio.gather(*asked) if said is not None)

    async def signed_since(self, quorum: int) -> int | None:
        """Since when, in seconds since 1970, at least `quorum` witnesses have signed; or None."""
        names = {witness.name for witness in self._witnesses}
        cosigned = await self.publication.log.cosigned()
        times = sorted(
            (at for name, (at, _) in cosigned.items() if name in names and not self._ahead(at)),
            reverse=True,
        )
        return times[quorum - 1] if 0 < quorum <= len(times) else None

    async def _ask(
        self, witness: WitnessAt, checkpoint: Checkpoint, old: int
    ) -> Denied | Ahead | None:
        try:
            status, said = await self._submit(witness, checkpoint, old)
            if status == _CONFLICT and (size := _SIZE.fullmatch(said)):
                if int(size[1]) > checkpoint.size:
                    return Denied(witness.name, status)
                status, said = await self._submit(witness, checkpoint, int(size[1]))
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError):
            return None
        if status not in _JUDGED:  # what stands before a witness failed: that is silence
            return None
        text = checkpoint.note.partition("\n\n")[0] + "\n"
        for line in said.splitlines():
            at = witness.signed_at(line, text)
            if at is None:
                continue
            if self._ahead(at):
                return Ahead(witness.name)
            await self.publication.log.cosign(checkpoint.size, witness.name, at, f"{line}\n")
            return None
        return Denied(witness.name, status)

    def _ahead(self, at: int) -> bool:
        return at > self._now().timestamp() + AHEAD_S

    async def _submit(
        self, witness: WitnessAt, checkpoint: Checkpoint, old: int
    ) -> tuple[int, str]:
        path = await self.publication.growth(old, checkpoint.size)
        lines = [f"old {old}", *(base64.b64encode(each).decode() for each in path)]
        body = "\n".join(lines) + f"\n\n{checkpoint.note}"
        async with self._session.post(
            f"{witness.url}/add-checkpoint",
            data=body.encode(),
            ssl=system_trust(),  # of now: the session is as old as the gateway
            allow_redirects=False,
        ) as answer:
            try:
                return answer.status, (await content_of(answer, _LONGEST)).decode()
            except AnswerTooLarge:
                return answer.status, ""  # whatever it is, it is no signature
