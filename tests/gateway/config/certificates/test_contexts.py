"""What the gateway's own TLS allows, whatever the system's OpenSSL would."""

import ssl
from pathlib import Path
from typing import Final

from gateway.config.certificates.contexts import serving, trusting
from tests.support.verify.authority import certificate

NAME: Final = "localhost"


def handshake(
    server: ssl.SSLContext, client: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> ssl.SSLObject:
    """The client's end of a connection in memory, once both have shaken hands."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    ours = client.wrap_bio(to_client, to_server, server_hostname=NAME, session=session)
    left = [ours, theirs]
    for _ in range(10):
        for each in tuple(left):
            try:
                each.do_handshake()
                left.remove(each)
            except ssl.SSLWantReadError:
                continue
    assert left == []
    return ours


def test_nobody_speaks_tls_older_than_1_2(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    ours = serving([made.chain.read_bytes(), made.key.read_bytes()]).context
    for context in (ours, trusting([made.chain.read_bytes()]), trusting([])):
        assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert ours.options & ssl.OP_NO_RENEGOTIATION


def test_whoever_was_here_before_a_renewal_shows_everything_again(tmp_path: Path) -> None:
    made = certificate(tmp_path)
    parts = [made.chain.read_bytes(), made.key.read_bytes()]
    before, after = serving(parts).context, serving(parts).context
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.maximum_version = ssl.TLSVersion.TLSv1_2  # whose session is there with the handshake
    first = handshake(before, client)
    assert handshake(before, client, first.session).session_reused
    assert not handshake(after, client, first.session).session_reused
