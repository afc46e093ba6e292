"""Children of staff, listed so that a look at them stands out."""

from pathlib import Path

from gateway.audit.keys.epoch_name import FIRST_EPOCH
from gateway.audit.keys.key_ring import KeyRing
from gateway.audit.keys.protection import protect
from gateway.audit.keys.pseudonym import identifier_message
from tests.support.agencies import MIRA

ONE = f"{FIRST_EPOCH}:{'5a' * 32}"


async def mira(epochs: Path) -> str:
    """Mira's pseudonym under the keys in a folder that the gateway will go on with."""
    keys = KeyRing.at(epochs, first_epoch=FIRST_EPOCH)
    (pseudonym,) = (await protect(keys, [identifier_message("nhs_number", MIRA["nhs"])])).pseudonyms
    return pseudonym


def settings_of(folder: Path) -> Path:
    """A smallest gateway's settings, in a file."""
    file = folder / "settings.toml"
    file.write_text(
        'environment = "development"\n[files]\nstate = "state"\noperator = "operator.toml"\n'
    )
    area = '[[area]]\ncode = "E09990001"\nname = "N"\n'
    team = '[shield_team]\nname = "S"\ntelephone = "01632 960999"\n'
    (folder / "operator.toml").write_text(f'log_origin = "t.example/log"\n{team}{area}')
    return file
