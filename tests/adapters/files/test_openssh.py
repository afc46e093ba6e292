"""An export on OpenSSH's own server is joined by the recipe of the documentation alone."""

from datetime import date
from pathlib import Path

import asyncssh
import pytest

from adapters.contract.contract import Malformed, NoRecord, Refused, Unavailable
from tests.support.adapters.counterparts import failed
from tests.support.adapters.registers.joined import (
    test_every_value_of_a_child_and_of_who_works_with_her_is_read,
    test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told,
    test_twins_are_both_found,
)
from tests.support.adapters.registers.openssh import SftpServer, exported, sshd
from tests.support.adapters.registers.people import (
    ANN,
    NOBODY,
    TWINS,
    record_of,
)
from tests.support.adapters.registers.recipes import Recipe

__all__ = [
    "sshd",
    "test_every_value_of_a_child_and_of_who_works_with_her_is_read",
    "test_of_sixty_who_work_with_a_child_the_open_ones_stay_and_the_cut_is_told",
    "test_twins_are_both_found",
]

TODAY = date(2026, 11, 22)  # of the clock that the sources of tests are asked by
YESTERDAY = date(2026, 11, 21)


@pytest.fixture
def recipe(sshd: SftpServer, tmp_path: Path) -> Recipe:
    sshd.holds_nothing()
    sshd.holds(TODAY, exported())
    heading, secrets = "An export on an OpenSSH server", {"user": sshd.user, "id_ed25519": sshd.key}
    recipe = Recipe.of(
        heading, sshd.origin, tmp_path, kind="file", path=str(sshd.exports), secrets=secrets
    )
    return recipe.changed('host_key = "CHANGE"', f'host_key = "{sshd.host_key}"')


async def test_an_export_on_openssh_is_dependable(recipe: Recipe) -> None:
    found = await recipe.checked(exported())
    assert failed(found) == []
    assert found["level"] in {"dependable", "exemplary"}


async def test_a_child_whom_it_does_not_hold_is_no_record(recipe: Recipe) -> None:
    assert isinstance(await recipe.by_number(NOBODY), NoRecord)


async def test_the_newest_export_is_read(sshd: SftpServer, recipe: Recipe) -> None:
    sshd.holds(YESTERDAY, exported(TWINS))
    assert await recipe.found(ANN) == record_of(ANN)


async def test_another_host_key_ends_it(sshd: SftpServer, recipe: Recipe) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    wrong = recipe.changed(sshd.host_key, " ".join(other.split()[:2]))
    assert await wrong.by_number(ANN.nhs) == Malformed("host_key")


async def test_another_key_of_ours_is_refused(recipe: Recipe) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    assert await recipe.with_secret("id_ed25519", other).by_number(ANN.nhs) == Refused()


async def test_an_export_that_cannot_be_read_is_no_absence(
    sshd: SftpServer, recipe: Recipe
) -> None:
    export = sshd.exports / f"children-{TODAY:%Y%m%d}.csv"
    export.rename(sshd.exports / "elsewhere")
    assert isinstance(await recipe.by_number(NOBODY), Unavailable)
    export.mkdir()
    assert isinstance(await recipe.by_number(NOBODY), Unavailable)
    export.rmdir()
    export.symlink_to("/etc/passwd")
    assert await recipe.by_number(NOBODY) == Malformed("header")
    export.unlink()
