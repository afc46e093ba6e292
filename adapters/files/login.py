"""From a checked manifest of kind `file` to its folder, here or on the agency's SFTP server."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlsplit

from adapters.files.store import Folder, LocalFolder
from adapters.manifest.auth import SftpAuth
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
    # Its library is imported for whoever needs it: it takes a fifth of a second.
    from adapters.files.sftp import SftpFolder, login_of

    login = login_of(manifest.auth, secrets)
    return SftpFolder(parts.hostname or "", parts.port or 22, path, login, egress)
