"""The ledger, opened where the settings say: in PostgreSQL, or in a file below `state`."""

from typing import Final

from gateway.config.settings_tables import FileSettings, LogSettings
from gateway.config.state_folder import told_of_state
from gateway.registry.ledger.contract import Ledger, LedgerCorrupt, LedgerUnavailable
from gateway.registry.ledger.store import SqlLedger

FILE: Final = "ledger.sqlite"


async def open_ledger(log: LogSettings, files: FileSettings) -> Ledger:
    """What was proposed and rolled out; to be closed. ConfigurationInvalid says what to change."""
    with told_of_state(LedgerCorrupt, LedgerUnavailable):
        if log.dsn:
            return await SqlLedger.at_server(log.dsn)
        return await SqlLedger.at_file(files.state / FILE)


def is_kept(log: LogSettings, files: FileSettings) -> bool:
    """Whether there may be a ledger already; opening it would make one."""
    return bool(log.dsn) or (files.state / FILE).exists()
