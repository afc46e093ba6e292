"""A witness by its address and key, and what it answers (C2SP tlog-witness)."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

from gateway.audit.errors import KeysUnreadable
from gateway.audit.verify.finding import Unreadable
from gateway.audit.verify.key import WITNESS, VerifierKey
from gateway.audit.verify.policy import Named, WitnessPolicy

if TYPE_CHECKING:  # most commands only read who the witnesses are, and ask none
    import aiohttp

SECONDS: Final = 10.0
SIZE_TYPE: Final = "text/x.tlog.size"
_SIZE: Final = re.compile(r"(0|[1-9]\d{0,18})\n")
_LONGEST: Final = 4096
_LONGEST_NOTE: Final = 64 * 1024
_CONFLICT: Final = 409
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What a witness said; `size` is that of a conflict (409), which it remembers."""

    status: int
    text: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class WitnessAt:
    """A witness by its submission prefix and its key."""

    url: str
    key: VerifierKey

    @classmethod
    def read(cls, text: str) -> Self:
        """Read "URL name+key id+key"; KeysUnreadable if it is not that."""
        url, _, key = text.strip().partition(" ")
        try:
            read = cls(url.rstrip("/"), VerifierKey.read(key))
        except Unreadable:
            raise _misread() from None
        if read.key.kind != WITNESS or not url.startswith(("https://", "http://")):
            raise _misread()
        return read

    @classmethod
    def of(cls, named: Named) -> Self:
        """A witness of a policy; KeysUnreadable if the policy does not say where it is."""
        if not named.url.startswith(("https://", "http://")):
            raise KeysUnreadable("a gateway's policy has the URL of every witness")
        return cls(named.url.rstrip("/"), named.key)

    @property
    def name(self) -> str:
        """Its name, as its signatures have it."""
        return self.key.name

    async def submit(
        self, session: "aiohttp.ClientSession", old: int, path: list[bytes], note: str
    ) -> WitnessAnswer:
        """Have a checkpoint signed, its growth from `old` told by `path`."""
        from adapters.network.trust import system_trust

        lines = [f"old {old}", *(base64.b64encode(each).decode() for each in path)]
        body = "\n".join(lines) + f"\n\n{note}"
        async with session.post(
            f"{self.url}/add-checkpoint",
            data=body.encode(),
            ssl=system_trust(),  # of now: the session is as old as the gateway
            allow_redirects=False,
        ) as answer:
            said = await _text_of(answer, _LONGEST)
            kind = answer.headers.get("Content-Type", "")
            found = _SIZE.fullmatch(said) if answer.status == _CONFLICT else None
            told = found is not None and kind == SIZE_TYPE
            return WitnessAnswer(answer.status, said, int(found[1]) if found and told else None)

    async def newest(self, session: "aiohttp.ClientSession", origin: str) -> str | None:
        """The newest note that it signed of this log, from its monitoring prefix; None if none."""
        from adapters.network.trust import system_trust

        place = sha256(origin.encode()).hexdigest()
        async with session.get(
            f"{self.url}/{place}/checkpoint", ssl=system_trust(), allow_redirects=False
        ) as answer:
            return await _text_of(answer, _LONGEST_NOTE) if answer.status == _OK else None


def refuse_doubles(witnesses: Sequence[WitnessAt], log_key: str) -> None:
    """KeysUnreadable if one key or name would count twice, or the log's own would count at all."""
    keys = {witness.key.public for witness in witnesses}
    if VerifierKey.read(log_key).public in keys:
        raise KeysUnreadable("the log's own key is no witness")
    if len(keys) < len(witnesses) or len({w.name for w in witnesses}) < len(witnesses):
        raise KeysUnreadable("two witnesses share a key or a name, and would count twice")


def refuse_other_log(policy: WitnessPolicy, log_key: str) -> None:
    """KeysUnreadable if the policy names logs, and not this one."""
    if policy.logs and VerifierKey.read(log_key) not in {each.key for each in policy.logs}:
        raise KeysUnreadable("the policy names other logs, and not this one")


def open_session() -> "aiohttp.ClientSession":
    """What witnesses are asked by."""
    from adapters.network.http_client import open_client

    return open_client(_LONGEST_NOTE, timeout_s=SECONDS)


async def _text_of(answer: "aiohttp.ClientResponse", most: int) -> str:
    from adapters.network.bounds.bounded_answer import AnswerTooLarge
    from adapters.network.http_client import content_of

    try:
        return (await content_of(answer, most)).decode()
    except AnswerTooLarge:
        return ""  # whatever it is, it is nothing of a witness


def _misread() -> KeysUnreadable:
    return KeysUnreadable("a witness reads: its URL, a space, its verifier key")
