"""What an epoch of the keys is called."""

from typing import Final

EPOCH_NAME: Final = r"[a-z0-9][a-z0-9-]{0,31}"
FIRST_EPOCH: Final = "epoch-1"
