"""From a checked manifest of kind `file` to its folder, here or on the agency's SFTP server."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncssh

from adapters.files.host_key import host_key
from adapters.files.store import Folder, LocalFolder, SftpFolder, SftpLogin
from adapters.manifest.auth import Secret, SftpAuth
from adapters.manifest.manifest import Manifest
from adapters.network.egress import Egress
from adapters.network.secrets import SecretMissing, SecretTexts


def open_folder(
    manifest: Manifest, secrets: SecretTexts, egress: Egress, threads: ThreadPoolExecutor
) -> Folder:
    """Where the files are, local ones read by `threads`; connects nowhere yet.

    SecretMissing if a secret is absent or unusable.
    """
    parts = urlsplit(manifest.source.base_url or "")
    path = unquote(parts.path) or "/"
    if parts.scheme == "file":
        return LocalFolder(Path(path), threads)
    if not isinstance(manifest.auth, SftpAuth):
        raise SecretMissing(f"source {manifest.source.id} has no login for sftp")
    login = _login(manifest.auth, secrets)
    return SftpFolder(parts.hostname or "", parts.port or 22, path, login, egress)


def _login(auth: SftpAuth, secrets: SecretTexts) -> SftpLogin:
    return SftpLogin(
        user=secrets.text(auth.user),
        host_key=host_key(auth.host_key),
        key=None if auth.key is None else _private(auth.key, secrets),
        password=None if auth.password is None else secrets.text(auth.password),
    )


def _private(secret: Secret, secrets: SecretTexts) -> asyncssh.SSHKey:
    try:
        return asyncssh.import_private_key(secrets.text(secret))
    except (asyncssh.KeyImportError, ValueError):
        place = secret.env or secret.file
        raise SecretMissing(f"{place} has no private key for SSH") from None
