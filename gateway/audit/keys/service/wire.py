"""What goes between a gateway and the key service: JSON, its bytes in base64, all of it bounded."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import orjson

from gateway.audit.keys.epoch_keys import Protected, SealText
from gateway.audit.keys.epoch_name import EPOCH_NAME
from gateway.audit.keys.group_mark import MarkKey
from gateway.audit.keys.signing.state import Growth, SignedState

LONGEST: Final = 1024 * 1024
MOST_MESSAGES: Final = 4096
# What shows whose keys a service holds. No child has such a detail, and no quota counts it.
CHECK: Final = b"which keys are these"
MOST_TEXTS: Final = 8
MOST_HASHES: Final = 63
_TOO_LARGE: Final = 2**63
_DIGEST_BYTES: Final = 32
_GATEWAY: Final = re.compile("[0-9a-f]{32}")
_EPOCH: Final = re.compile(EPOCH_NAME)


class WireMalformed(ValueError):
    """What came is not what this wire carries."""


@dataclass(frozen=True, slots=True)
class ProtectRequest:
    """Messages to make pseudonyms of, and texts to seal."""

    messages: tuple[bytes, ...]
    texts: tuple[SealText, ...] = ()

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a request; Malformed if it is none, or asks for too much in one request."""
        held = _object(body, {"messages", "texts"})
        pairs = [(_bytes(one), _bytes(other)) for one, other in _pairs(held["texts"])]
        asked = cls(tuple(map(_bytes, _list(held["messages"]))), tuple(SealText(*p) for p in pairs))
        if len(asked.messages) > MOST_MESSAGES or len(asked.texts) > MOST_TEXTS:
            raise WireMalformed("too much in one request")
        return asked

    def write(self) -> bytes:
        """The request's body."""
        texts = [[_text(each.content), _text(each.bound_to)] for each in self.texts]
        return orjson.dumps({"messages": _texts(self.messages), "texts": texts})


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A sealed text to open."""

    epoch: str
    sealed: bytes
    bound_to: bytes

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a request; Malformed if it is none."""
        held = _object(body, {"epoch", "sealed", "bound_to"})
        return cls(_epoch(held["epoch"]), _bytes(held["sealed"]), _bytes(held["bound_to"]))

    def write(self) -> bytes:
        """The request's body."""
        held = {"epoch": self.epoch, "sealed": _text(self.sealed), "bound_to": _text(self.bound_to)}
        return orjson.dumps(held)


def write_protected(held: Protected) -> bytes:
    """The answer to `protect`."""
    return orjson.dumps(
        {"epoch": held.epoch, "digests": _texts(held.digests), "sealed": _texts(held.sealed)}
    )


def read_protected(body: bytes, asked: ProtectRequest) -> Protected:
    """Read the answer to `asked`; Malformed if it is not that."""
    held = _object(body, {"epoch", "digests", "sealed"})
    sealed = tuple(map(_bytes, _list(held["sealed"])))
    if len(sealed) != len(asked.texts):
        raise WireMalformed("another number of texts")
    return Protected(_epoch(held["epoch"]), _digests(held["digests"], asked), sealed)


def write_found(found: Mapping[str, Sequence[bytes]]) -> bytes:
    """The answer to `find`."""
    return orjson.dumps({"epochs": {epoch: _texts(made) for epoch, made in found.items()}})


def read_found(body: bytes, asked: ProtectRequest) -> dict[str, tuple[bytes, ...]]:
    """Read the answer to `asked`; Malformed if it is not that, or of no epoch."""
    held = _object(body, {"epochs"})["epochs"]
    if not isinstance(held, dict) or not held:
        raise WireMalformed("no epochs")
    return {_epoch(epoch): _digests(made, asked) for epoch, made in held.items()}


def write_growth(growth: Growth) -> bytes:
    """The request to sign a growth of the log."""
    held = {"old": growth.old, "size": growth.size, "root": _text(growth.root)}
    return orjson.dumps({**held, "path": _texts(growth.path)})


def read_growth(body: bytes) -> Growth:
    """Read a request to sign; Malformed if it is none."""
    held = _object(body, {"old", "size", "root", "path"})
    path = tuple(map(_hash, _list(held["path"])))
    if len(path) > MOST_HASHES:
        raise WireMalformed("too much in one request")
    return Growth(_whole(held["old"]), _whole(held["size"]), _hash(held["root"]), path)


def write_mark_key(verifier_key: str, key: MarkKey) -> bytes:
    """The key of the marks of the log with this verifier key, for a gateway."""
    return orjson.dumps({"verifier_key": verifier_key, "mark_key": _text(key.secret)})


def read_mark_key(body: bytes) -> tuple[str, MarkKey]:
    """Read that answer; Malformed if it is none."""
    held = _object(body, {"verifier_key", "mark_key"})
    verifier_key = held["verifier_key"]
    if not isinstance(verifier_key, str):
        raise WireMalformed("no verifier key")
    return verifier_key, MarkKey(_hash(held["mark_key"]))


def write_presence(gateway: str, *, here: bool) -> bytes:
    """The request to note that a gateway has the log open, or has closed it."""
    return orjson.dumps({"gateway": gateway, "here": here})


def read_presence(body: bytes) -> tuple[str, bool]:
    """Read such a request; Malformed if it is none."""
    match _object(body, {"gateway", "here"}):
        case {"gateway": str(gateway), "here": bool(here)} if _GATEWAY.fullmatch(gateway):
            return gateway, here
    raise WireMalformed("no gateway")


def write_rest(*, rest: bool) -> bytes:
    """The answer to it: whether no gateway had the log open."""
    return orjson.dumps({"rest": rest})


def read_rest(body: bytes) -> bool:
    """Read that answer; Malformed if it is none."""
    return _object(body, {"rest"})["rest"] is True


def write_signed(verifier_key: str, states: Iterable[SignedState]) -> bytes:
    """What the signer signed, in order, under which key."""
    made = [[each.size, _text(each.root), each.note] for each in states]
    return orjson.dumps({"verifier_key": verifier_key, "states": made})


def read_signed(body: bytes) -> tuple[str, tuple[SignedState, ...]]:
    """Read what the signer signed, and its verifier key; Malformed if it is not that."""
    held = _object(body, {"verifier_key", "states"})
    key = held["verifier_key"]
    if not isinstance(key, str):
        raise WireMalformed("no verifier key")
    origin = key.partition("+")[0]
    return key, tuple(_state(origin, each) for each in _list(held["states"]))


def write_text(content: bytes) -> bytes:
    """The answer to `open`."""
    return orjson.dumps({"text": _text(content)})


def read_text(body: bytes) -> bytes:
    """Read the answer to `open`; Malformed if it is none."""
    return _bytes(_object(body, {"text"})["text"])


def _state(origin: str, held: object) -> SignedState:
    match held:
        case [size, root, str(note)]:
            return SignedState(origin, _whole(size), _hash(root), note)
    raise WireMalformed("no state")


def _hash(held: object) -> bytes:
    made = _bytes(held)
    if len(made) != _DIGEST_BYTES:
        raise WireMalformed("no hash")
    return made


def _whole(held: object) -> int:
    if isinstance(held, bool) or not isinstance(held, int) or not 0 <= held < _TOO_LARGE:
        raise WireMalformed("no size")
    return held


def _object(body: bytes, names: set[str]) -> dict[str, Any]:
    try:
        held = orjson.loads(body)
    except ValueError:
        raise WireMalformed("not JSON") from None
    if not isinstance(held, dict) or held.keys() != names:
        raise WireMalformed("another object")
    return held


def _digests(held: object, asked: ProtectRequest) -> tuple[bytes, ...]:
    made = tuple(map(_bytes, _list(held)))
    if [len(each) for each in made] != [_DIGEST_BYTES] * len(asked.messages):
        raise WireMalformed("other digests")
    return made


def _list(held: object) -> list[Any]:
    if not isinstance(held, list):
        raise WireMalformed("no list")
    return held


def _pairs(held: object) -> list[list[Any]]:
    listed = _list(held)
    if not all(
        isinstance(each, list) and len(each) == len(("content", "bound_to")) for each in listed
    ):
        raise WireMalformed("no pairs")
    return listed


def _epoch(held: object) -> str:
    if not isinstance(held, str) or not _EPOCH.fullmatch(held):
        raise WireMalformed("no epoch")
    return held


def _bytes(held: object) -> bytes:
    try:
        return base64.b64decode(held if isinstance(held, str) else "!", validate=True)
    except (ValueError, binascii.Error):
        raise WireMalformed("no base64") from None


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _texts(contents: Iterable[bytes]) -> list[str]:
    return [_text(content) for content in contents]
