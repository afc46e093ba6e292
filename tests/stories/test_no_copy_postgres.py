"""Of a child nothing is in the database of a log in PostgreSQL, nor in what its server writes."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import asyncpg
import pytest

from demo.processes.postgres import Postgres
from tests.support.audit.database import ROLE, as_owner, new_schema
from tests.support.markers import MARKERS, NHS, agencies, ask_everything
from tests.support.served_gateway import served_afresh
from tests.support.settings import BRISK
from tests.support.traces import traces


@pytest.fixture
def folder() -> Iterator[Path]:
    """A server's folder, which its own account may reach."""
    made = Path(tempfile.mkdtemp(prefix="teamaround-no-copy-"))
    made.chmod(0o711)
    yield made
    rmtree(made)


async def test_neither_the_data_directory_nor_the_servers_log_has_a_trace_of_the_child(
    folder: Path, tmp_path: Path
) -> None:
    with Postgres(folder / "data", durable=True) as server:
        place = server.dsn(await new_schema(server), ROLE)
        # An operator who looks for a fault may log every statement with what was bound to it.
        await as_owner(server.dsn(), "ALTER SYSTEM SET log_statement = 'all'")
        await as_owner(server.dsn(), "ALTER SYSTEM SET log_parameter_max_length = -1")
        await as_owner(server.dsn(), "ALTER SYSTEM SET log_parameter_max_length_on_error = -1")
        await as_owner(server.dsn(), "SELECT pg_reload_conf()")
        async with (
            agencies() as sources,
            served_afresh(tmp_path, sources, log__dsn=place, **BRISK) as gateway,
        ):
            await ask_everything(gateway)
            owner = await asyncpg.connect(server.dsn())
            await owner.execute("CHECKPOINT")
            await owner.close()
            assert await gateway.stop() == 0
            assert traces(MARKERS, tmp_path, gateway.said) == []
        found = traces(MARKERS, folder, [])
        await as_owner(server.dsn(), f"SELECT '{NHS}' AS planted")
        planted = {trace.marker for trace in traces([NHS], folder, [])}
    assert found == []
    assert planted == {NHS}
