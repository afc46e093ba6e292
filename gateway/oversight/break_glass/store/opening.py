"""Break-glass grants and notices, opened where the settings say: PostgreSQL, or a file."""

from typing import Final

from gateway.config.settings_tables import FileSettings, LogSettings
from gateway.config.state_folder import told_of_state
from gateway.oversight.break_glass.store.contract import GrantStore, GrantsUnavailable
from gateway.oversight.break_glass.store.grants import SqlGrants

FILE: Final = "break-glass.sqlite"


async def open_grants(log: LogSettings, files: FileSettings) -> GrantStore:
    """What waits for review and is to be told, beside the log; to be closed.

    ConfigurationInvalid says what to change.
    """
    with told_of_state(GrantsUnavailable):
        if log.dsn:
            return await SqlGrants.at_server(log.dsn)
        return await SqlGrants.at_file(files.state / FILE)
