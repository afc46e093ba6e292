"""Nothing of a child goes to an agency's database in the clear, or to who only claims to be it."""

import socket
from collections.abc import Iterator
from typing import Any, Final

import pytest

from adapters.contract.contract import Cause, Fault, Records, Reply, Unavailable
from adapters.network.egress import Egress, EgressRefused
from adapters.network.secrets import SecretMissing
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.adapters.overheard import overheard
from tests.support.adapters.tls import CertificateAuthority
from tests.support.tls_postgres import TlsPostgres, tls_postgres

HOST: Final = "db.agency.example"
NETWORK: Final = "127.0.0.0/8"
VARIABLE: Final = "TEAMAROUND_SOURCE_SOME_SOURCE_"
DSN: Final = f'dsn = {{ env = "{VARIABLE}DSN" }}\n'
AUTHORITY: Final = f'authority = {{ env = "{VARIABLE}AUTHORITY" }}\n'
CHILD: Final = """
[[operation]]
name = "by-number"
sql = "SELECT 1 AS record_id, 'Hill' AS family WHERE :nhs_number = '9990000018'"
[operation.map]
record_id = "record_id"
family_name = "family"
"""
AGENCY: Final = CertificateAuthority.called("agency's own")


@pytest.fixture(autouse=True)
def agency_on_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the agency's name lead here, as a name server would."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *more: Any, **named: Any) -> Any:
        return real("127.0.0.1" if host == HOST else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture(scope="module")
def secured() -> Iterator[TlsPostgres]:
    with tls_postgres(AGENCY.signs(host=HOST)) as server:
        yield server


async def asked(
    port: int, source: str = "", *, host: str = HOST, authority: str = "", tunnelled: bool = False
) -> Reply:
    text = manifest_text("sql", rest=CHILD, source=DSN + source)
    given = {
        f"{VARIABLE}DSN": f"postgresql://postgres@{host}:{port}/postgres",
        f"{VARIABLE}AUTHORITY": authority,
    }
    origin = f"postgresql://{host}:{port}"
    async with opened(text, origin, NETWORK, environ=given, tunnelled=tunnelled) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number="9990000018"))


async def test_a_database_is_asked_once_its_certificate_is_of_its_name_and_of_its_authority(
    secured: TlsPostgres,
) -> None:
    secured.show(AGENCY.signs(host=HOST))
    reply = await asked(secured.port, AUTHORITY, authority=AGENCY.pem.certificate)
    assert isinstance(reply, Records)


async def test_a_database_of_an_authority_that_nobody_named_is_not_asked(
    secured: TlsPostgres,
) -> None:
    assert await asked(secured.port) == unreached(Cause.CERTIFICATE_UNTRUSTED)
    other = CertificateAuthority.called("another").pem.certificate
    reply = await asked(secured.port, AUTHORITY, authority=other)
    assert reply == unreached(Cause.CERTIFICATE_UNTRUSTED)


async def test_a_database_that_shows_anothers_certificate_or_an_old_one_is_not_asked(
    secured: TlsPostgres,
) -> None:
    for shown, cause in (
        (AGENCY.signs(host="other.example"), Cause.CERTIFICATE_OF_ANOTHER),
        (AGENCY.signs(), Cause.CERTIFICATE_OF_ANOTHER),
        (AGENCY.signs(host=HOST, days=(-2, -1)), Cause.CERTIFICATE_EXPIRED),
    ):
        secured.show(shown)
        reply = await asked(secured.port, AUTHORITY, authority=AGENCY.pem.certificate)
        assert reply == unreached(cause)


async def test_a_database_without_tls_is_asked_only_here_or_through_the_operators_tunnel(
    postgres: Postgres,
) -> None:
    assert await asked(postgres.port) == unreached(Cause.NO_TLS)
    assert isinstance(await asked(postgres.port, tunnelled=True), Records)
    assert isinstance(await asked(postgres.port, host="127.0.0.1"), Records)
    reply = await asked(postgres.port, AUTHORITY, authority=AGENCY.pem.certificate, tunnelled=True)
    assert reply == unreached(Cause.NO_TLS)


async def test_an_authority_that_is_none_is_told_by_its_place() -> None:
    with pytest.raises(SecretMissing, match=f"{VARIABLE}AUTHORITY is not a certificate"):
        await asked(5432, AUTHORITY, authority="no certificate")


async def test_no_detail_of_a_child_can_be_heard_on_the_way(secured: TlsPostgres) -> None:
    secured.show(AGENCY.signs(host=HOST))
    async with overheard(secured.port) as (port, heard):
        reply = await asked(port, AUTHORITY, authority=AGENCY.pem.certificate)
    assert isinstance(reply, Records)
    assert not {each for each in (b"9990000018", b"Hill", b"SELECT") if each in b"".join(heard)}
    assert heard


async def test_what_can_be_heard_without_tls_would_be_found(postgres: Postgres) -> None:
    async with overheard(postgres.port) as (port, heard):
        await asked(port, tunnelled=True)
    assert b"9990000018" in b"".join(heard)
    assert b"Hill" in b"".join(heard)


def unreached(cause: Cause) -> Unavailable:
    return Unavailable(Fault.CONNECTION, cause=cause, place="operation.by-number.sql")


@pytest.mark.parametrize(
    "host", ["agency.example", "10.1.2.3", "[2001:db8::1]", "127.0.0.1.example"]
)
def test_no_agency_on_another_machine_is_asked_over_http_in_the_clear(host: str) -> None:
    address = f"http://{host}/children"
    with pytest.raises(EgressRefused, match="tunnelled = true"):
        Egress.of([address]).check(address, "source.base_url")
    Egress.of([address], tunnelled=True).check(address, "source.base_url")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_what_never_leaves_this_machine_may_go_over_http(host: str) -> None:
    here, away = f"http://{host}:8000/children", "http://agency.example:8000/children"
    granted = Egress.of([here, away])
    granted.check(here, "source.base_url")
    with pytest.raises(EgressRefused):
        granted.check(away, "source.base_url")
