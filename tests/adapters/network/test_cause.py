"""A connection that fails says why: who looks for the reason is not sent to the wrong place."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from adapters.contract.advice import what_to_do
from adapters.contract.contract import Cause, Fault, NoRecord, Reply, Unavailable
from tests.support.adapters.asking import PUPIL, manifest_text, opened, question, resolves_names
from tests.support.adapters.tls import CertificateAuthority, Pem, refusing_strangers, serving_tls
from tests.support.loopback import serving

pytestmark = pytest.mark.usefixtures("carrier")
AUTH = """
[auth]
scheme = "mtls"
certificate = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_CERTIFICATE" }
key = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_KEY" }
ca = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_CA" }
"""
OURS = CertificateAuthority.called("The agency's authority")
OTHER = CertificateAuthority.called("Another authority")
STRANGER = OTHER.pem


async def absent(_request: web.Request) -> web.Response:
    return web.json_response({"code": "NO_SUCH_PUPIL"}, status=404)


async def asked(base: str, rest: str = PUPIL, *, client: Pem | None = None) -> Reply:
    client = client or STRANGER
    values = {"CERTIFICATE": client.certificate, "KEY": client.key, "CA": OURS.pem.certificate}
    environ = {f"TEAMAROUND_SOURCE_SOME_SOURCE_{name}": value for name, value in values.items()}
    async with opened(manifest_text("rest", base, rest=rest), environ=environ) as adapter:
        return await adapter.source.ask(question())


async def asked_over_tls(shown: Pem, folder: Path) -> Reply:
    async with serving_tls(absent, shown, folder) as base:
        return await asked(base, PUPIL + AUTH)


def why(reply: Reply) -> Cause | None:
    assert isinstance(reply, Unavailable)
    assert reply.fault is Fault.CONNECTION
    return reply.cause


@pytest.fixture
def silent() -> Iterator[int]:
    """A port at which nobody listens as long as the test has it."""
    with socket.socket() as kept:
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


async def test_a_certificate_of_the_named_authority_is_trusted(tmp_path: Path) -> None:
    assert isinstance(await asked_over_tls(OURS.signs(), tmp_path), NoRecord)


@pytest.mark.parametrize(
    ("shown", "cause"),
    [
        (OURS.signs(days=(-9, -1)), Cause.CERTIFICATE_EXPIRED),
        (OURS.signs(days=(1, 9)), Cause.CERTIFICATE_EXPIRED),
        (OURS.signs(address="127.0.0.2"), Cause.CERTIFICATE_OF_ANOTHER),
        (OTHER.signs(), Cause.CERTIFICATE_UNTRUSTED),
        (OTHER.pem, Cause.CERTIFICATE_UNTRUSTED),
    ],
    ids=["expired", "not valid yet", "of another name", "of an unknown authority", "self-signed"],
)
async def test_an_untrusted_certificate_says_what_is_wrong_with_it(
    shown: Pem, cause: Cause, tmp_path: Path
) -> None:
    assert why(await asked_over_tls(shown, tmp_path)) is cause


async def test_a_server_that_speaks_no_tls_says_so() -> None:
    async with serving(absent) as base:
        assert why(await asked(base.replace("http:", "https:"))) is Cause.NO_TLS


async def test_a_port_where_nobody_listens_refuses_the_connection(silent: int) -> None:
    assert why(await asked(f"http://127.0.0.1:{silent}")) is Cause.REFUSED


async def test_a_name_that_nobody_has_is_unknown() -> None:
    assert why(await asked("https://nobody.invalid")) is Cause.UNKNOWN_NAME


@resolves_names
async def test_a_name_that_leads_into_a_network_not_listed_says_so() -> None:
    async with serving(absent) as base:
        named = base.replace("127.0.0.1", "localhost")
        assert why(await asked(named)) is Cause.NETWORK_NOT_LISTED


async def test_why_a_connection_failed_makes_no_other_answer_of_it() -> None:
    assert Unavailable(Fault.CONNECTION, cause=Cause.REFUSED) == Unavailable(Fault.CONNECTION)


async def test_a_database_that_is_not_there_says_whether_its_machine_or_its_file_is_missing(
    tmp_path: Path, silent: int
) -> None:
    addresses = {
        f"postgresql://127.0.0.1:{silent}/roll": Cause.REFUSED,
        "postgresql://nobody.invalid/roll": Cause.UNKNOWN_NAME,
        f"sqlite:///{tmp_path}/roll.db": Cause.NO_FILE,
    }
    for address, cause in addresses.items():
        environ = {"TEAMAROUND_SOURCE_SOME_SOURCE_DSN": address}
        async with opened(SQL, address, environ=environ) as adapter:
            assert why(await adapter.source.ask(question())) is cause


SQL = manifest_text(
    "sql",
    rest="""
[[operation]]
name = "by-upn"
sql = "SELECT id AS record_id, surname FROM pupil WHERE upn = :upn"
[operation.map]
record_id = "record_id"
family_name = "surname"
""",
    source='dsn = { env = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN" }',
)
FILES = """
[file]
format = "csv"
newest = "name"
[[operation]]
name = "by-upn"
file = "roll-*.csv"
by = ["upn"]
[operation.map]
upn = "upn"
family_name = "surname"
"""


async def test_a_folder_without_a_file_that_fits_says_so(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "not-there"):
        text = manifest_text("file", f"file://{folder}", rest=FILES)
        async with opened(text) as adapter:
            reply = await adapter.source.ask(question())
        assert why(reply) is Cause.NO_FILE
        assert isinstance(reply, Unavailable)
        assert reply.place == "operation.by-upn.file"


async def test_a_chain_without_the_certificate_between_is_told_as_untrusted(
    tmp_path: Path,
) -> None:
    # https://github.com/matteocorti/check_ssl_cert/issues/175: browsers find it, we do not look.
    between = OURS.between("Between")
    assert why(await asked_over_tls(between.signs(), tmp_path)) is Cause.CERTIFICATE_UNTRUSTED


@pytest.mark.parametrize("ours", [None, OTHER])
async def test_a_server_that_wants_our_certificate_says_that_it_is_ours(
    ours: CertificateAuthority | None, tmp_path: Path
) -> None:
    # https://github.com/camunda/connectors/pull/7551: told as "the connection was aborted".
    with refusing_strangers(OURS.signs(), OURS, tmp_path) as base:
        pem = None if ours is None else ours.signs("gateway")
        reply = await asked(base, PUPIL + AUTH, client=pem)
    assert isinstance(reply, Unavailable)
    assert reply.cause is Cause.OUR_CERTIFICATE_REFUSED


async def test_plain_http_at_a_port_for_tls_says_that_it_was_cut_off(tmp_path: Path) -> None:
    # https://github.com/SVWS-NRW/SVWS-Server/issues/515: http or https, told alike.
    async with serving_tls(absent, OURS.signs(), tmp_path) as base:
        reply = await asked(base.replace("https:", "http:"))
    assert reply == Unavailable(Fault.DROPPED)
    assert "https" in what_to_do(Fault.DROPPED)
