"""The public key of an SFTP server, from the line that a manifest pins."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncssh


def host_key(line: str) -> "asyncssh.SSHKey":
    """The public key of a line such as "ssh-ed25519 AAAA..."; ValueError if it is none."""
    import asyncssh  # noqa: PLC0415 - a tenth of a second, which only manifests of SFTP are worth

    return asyncssh.import_public_key(line)
