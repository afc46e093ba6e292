"""How much one connection may send, how long it may take, and how many there may be."""

from dataclasses import dataclass
from typing import Final

from gateway.config.tables.connections import ConnectionSettings
from gateway.http.connections.peers import NO_PROXIES, DeclaredProxies

LONGEST_HEAD: Final = 32 * 1024  # bytes of a request line and its headers together
LONGEST_LINE: Final = 8 * 1024  # bytes of a request's target
MOST_HEADERS: Final = 100
LONGEST_LATER: Final = 1024 * 1024  # bytes that came while as many requests waited as may
MOST_WAITING: Final = 8  # requests sent before the first of them is answered
LONGEST_FRAMING: Final = 16 * 1024  # bytes of chunks beside what they hold, and as much as they do
LONGEST_UNREAD: Final = 16 * 1024 * 1024  # bytes that are thrown away after an answer
LINGER_S: Final = 2.0
_KEPT: Final = 128  # open files of a service's own


@dataclass(frozen=True, slots=True)
class ConnectionBounds:
    """All times in seconds; `proxies` are bounded in all only, and may say whom they speak for."""

    in_all: int
    per_peer: int
    per_person: int
    handshake_s: float
    head_s: float
    body_s: float
    send_s: float
    idle_s: float
    drain_s: float = 0.0
    stop_s: float = 5.0
    proxies: DeclaredProxies = NO_PROXIES

    @classmethod
    def of(
        cls, settings: ConnectionSettings, in_all: int, proxies: DeclaredProxies
    ) -> "ConnectionBounds":
        """As the settings say, where the descriptors allow `in_all` connections."""
        return cls(
            in_all=in_all,
            per_peer=min(settings.per_peer, max(1, in_all // 2)),
            per_person=min(settings.per_person, in_all),
            handshake_s=settings.handshake,
            head_s=settings.head,
            body_s=settings.body,
            send_s=settings.send,
            idle_s=settings.keep_alive,
            drain_s=settings.drain,
            stop_s=settings.stop,
            proxies=proxies,
        )


def of_a_service(descriptors: int) -> ConnectionBounds:
    """Of a key service or a witness, whose clients are a few programs that answer in no time.

    Replicas share a credential, and each keeps a hundred connections.
    """
    return ConnectionBounds(
        in_all=max(64, min(1024, descriptors - _KEPT)),
        per_peer=128,
        per_person=512,
        handshake_s=5.0,
        head_s=5.0,
        body_s=5.0,
        send_s=10.0,
        idle_s=60.0,
    )
