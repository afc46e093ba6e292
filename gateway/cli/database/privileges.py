"""What a gateway's role may do to the PostgreSQL tables, and what another may that prunes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import Connection

from gateway.audit.log.postgres_schema import FINAL, PRUNABLE

_READ: Final = ("pruned", "log_schema", "ledger_schema", "break_glass_schema")
_KEPT: Final = (PRUNABLE, *(t for t in FINAL if t != "pruned"), "source_version", "enactment")
_GIVEN: Final = ("leave", "leave_child", "notice")
_ADDED: Final = (*_KEPT, "account_link")
_BOTH: Final = (
    f"GRANT SELECT, INSERT ON {', '.join(_ADDED)} TO {{role}}",
    f"GRANT SELECT ON {', '.join(_READ)} TO {{role}}",
    f"GRANT SELECT, DELETE ON {', '.join(_GIVEN)} TO {{role}}",
)
# Neither may prolong a grant, nor remove any whose entry is still in the log.
_GATEWAY: Final = (
    *_BOTH,
    "GRANT SELECT, INSERT, UPDATE, DELETE ON lease TO {role}",
    f"GRANT INSERT ON {', '.join(_GIVEN)} TO {{role}}",
    "GRANT UPDATE (reviewer, verdict, escalated) ON leave TO {role}",
    "GRANT UPDATE (sent, until) ON notice TO {role}",
)
_PRUNER: Final = (
    *_BOTH,
    "GRANT INSERT ON pruned TO {role}",
    f"GRANT DELETE ON {PRUNABLE} TO {{role}}",
)
_HELD: Final = """
SELECT rolname, bool_or(privilege_type = 'DELETE')
FROM pg_class, aclexplode(relacl) AS held JOIN pg_roles ON pg_roles.oid = held.grantee
WHERE pg_class.oid = to_regclass('entry') AND held.grantee <> relowner
  AND privilege_type IN ('INSERT', 'DELETE')
GROUP BY rolname
"""
_MISSING: Final = (
    "SELECT name FROM unnest($1::text[]) AS name"
    " WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)"
)


@dataclass(frozen=True, slots=True)
class Roles:
    """The roles that gateways log in as, and those that prune."""

    gateways: frozenset[str] = frozenset()
    pruners: frozenset[str] = frozenset()

    @classmethod
    def held(cls, connection: Connection) -> Self:
        """Those that could add entries, or remove them, so far."""
        rows = connection.exec_driver_sql(_HELD).all()
        prunes: dict[str, bool] = {row[0]: row[1] for row in rows}
        pruners = frozenset(name for name, does in prunes.items() if does)
        return cls(frozenset(prunes) - pruners, pruners)

    def __or__(self, other: "Roles") -> "Roles":
        """All of both."""
        return Roles(self.gateways | other.gateways, self.pruners | other.pruners)

    def missing(self, connection: Connection) -> list[str]:
        """Those that the database does not have."""
        named = sorted(self.gateways | self.pruners)
        return list(connection.exec_driver_sql(_MISSING, (named,)).scalars())

    def statements(self) -> Iterable[str]:
        """What gives them their rights; no harm if they have them."""
        for names, granting in ((self.gateways, _GATEWAY), (self.pruners, _PRUNER)):
            for name in sorted(names):
                yield from (each.format(role=quoted(name)) for each in granting)


def quoted(name: str) -> str:
    """A role's name as SQL takes it, whatever stands in it."""
    return '"{}"'.format(name.replace('"', '""'))
