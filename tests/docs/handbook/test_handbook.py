"""An operator types the pages of the handbook in their order, and sees what they show."""

import sys

from tests.support.docs.machine import issuer
from tests.support.docs.machine.bare import Machine
from tests.support.docs.pages import ROOT
from tests.support.docs.terminal import Terminal

SIGN_IN = f"""[Service]
Environment=PYTHONPATH={ROOT}
ExecStart={sys.executable} -m {issuer.__name__} /etc/sign-in 8443
"""


def own_issuer(machine: Machine) -> None:
    """What a borough has already: people sign in there."""
    machine.write("/etc/systemd/system/sign-in.service", SIGN_IN)
    machine.run("systemctl", "start", "sign-in")


def test_a_bare_debian_becomes_two_gateways_behind_haproxy(terminal: Terminal) -> None:
    terminal.follow("docs/operate/from-bare-debian.md", {"mkdir /etc/sign-in": own_issuer})
    assert '"outcome":"NOT_ASKED"' in terminal.types("ask")


def test_each_loss_costs_what_the_page_says(terminal: Terminal) -> None:
    terminal.follow("docs/operate/high-availability.md")
    assert '"outcome":"NOT_ASKED"' in terminal.types("ask")


def test_what_was_lost_comes_back_from_the_backup(terminal: Terminal) -> None:
    terminal.follow("docs/operate/backup.md")
    assert "witness" in terminal.types("cat /run/online")


def test_gateways_are_replaced_one_by_one_and_no_question_is_lost(terminal: Terminal) -> None:
    terminal.follow("docs/operate/rolling-upgrade.md")
    assert terminal.types("cat /run/lost") == ""


def test_a_certificate_is_renewed_while_the_gateways_serve(terminal: Terminal) -> None:
    terminal.follow("docs/operate/certificates.md")
    assert "will not expire" in terminal.types("shown")


def test_an_issuer_is_added_changes_its_keys_goes_away_and_is_refused(terminal: Terminal) -> None:
    terminal.follow("docs/operate/issuers.md")
    assert "NOT_ASKED" in terminal.types("ask")
