"""Who may read the log, and how much: auditors all, privacy officers what concerns their agency."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.audit.entry.entry import AuditedAgency, Entry
from gateway.model.caller import Caller
from gateway.model.errors import NotAllowed

AUDITOR: Final = "auditor"
PRIVACY_OFFICER: Final = "privacy-officer"


@dataclass(frozen=True, slots=True)
class AuditReader:
    """One caller as a reader of the log; a privacy officer's organisation is their agency's id."""

    caller: Caller

    @property
    def agency(self) -> str:
        """The agency for which a privacy officer reads."""
        return self.caller.organisation

    @property
    def reads(self) -> bool:
        """Whether they may read anything."""
        return bool(self.caller.roles & {AUDITOR, PRIVACY_OFFICER})

    @property
    def reads_all(self) -> bool:
        """Whether they may read everything."""
        return AUDITOR in self.caller.roles

    def may_see(self, entry: Entry) -> bool:
        """Whether they may read of this entry at all."""
        return self.reads_all or any(self.concerned(entry))

    def concerned(self, entry: Entry) -> Iterable[AuditedAgency]:
        """What the entry says of the agencies that they may read of."""
        return (said for said in entry.agencies if self.reads_all or said.agency == self.agency)


def refuse_unless_auditor(caller: Caller) -> None:
    """NotAllowed for anybody but an auditor."""
    if not AuditReader(caller).reads_all:
        raise NotAllowed("AUDIT_NOT_ALLOWED", "the published log is for auditors only")
