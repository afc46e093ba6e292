"""An agency's pooler that drops what a connection asks for is not asked: it might be written."""

import pytest

from adapters.contract.contract import Fault, Records, Reply, Unavailable
from demo.processes.postgres import Postgres
from tests.support.adapters.asking import manifest_text, opened, question
from tests.support.pooler import pooled

VARIABLE = "TEAMAROUND_SOURCE_SOME_SOURCE_DSN"
CHILD = """
[[operation]]
name = "by-number"
sql = "SELECT 1 AS record_id, 'Hill' AS family WHERE :nhs_number = '9990000018'"
[operation.map]
record_id = "record_id"
family_name = "family"
"""


async def asked(port: int) -> Reply:
    text = manifest_text("sql", rest=CHILD, source=f'dsn = {{ env = "{VARIABLE}" }}\n')
    dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    async with opened(text, f"postgresql://127.0.0.1:{port}", environ={VARIABLE: dsn}) as adapter:
        return await adapter.source.ask(question("by-number", nhs_number="9990000018"))


@pytest.mark.parametrize(
    ("ignored", "fault"),
    [
        ("", Fault.CONNECTION),
        ("default_transaction_read_only,row_security,statement_timeout", Fault.SERVER_ERROR),
    ],
)
async def test_a_pooler_over_which_a_connection_is_not_read_only_is_not_asked(
    postgres: Postgres, ignored: str, fault: Fault
) -> None:
    with pooled(postgres, "session", ignored=ignored) as port:
        reply = await asked(port)
    assert reply == Unavailable(fault, place="operation.by-number.sql")
    assert isinstance(await asked(postgres.port), Records)
