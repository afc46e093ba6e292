"""The bench of starts runs each command of this checkout, and of another one beside it."""

from bench.start import COMMANDS, COMPLETION, HERE, NOTHING, measured


def test_every_command_is_started_as_often_as_the_other_checkouts() -> None:
    found = measured({"": HERE, " again": HERE}, 1)
    names = [*COMMANDS, COMPLETION]
    assert list(found) == [NOTHING, *names, *(f"{name} again" for name in names)]
    assert {len(runs) for runs in found.values()} == {1}
    assert found["schema"][0].cpu_s > found["--version"][0].cpu_s > found[NOTHING][0].cpu_s
