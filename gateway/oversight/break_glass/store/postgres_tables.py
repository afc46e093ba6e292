"""The tables of break-glass grants in PostgreSQL, made by their owner together with the log's."""

from typing import Final

# `refuse_unpruned` is the log's function: a grant stays as long as its entry in the log.
TABLES: Final = """
CREATE TABLE leave (
  id text PRIMARY KEY,
  idx bigint NOT NULL UNIQUE,
  "user" text NOT NULL,
  organisation text NOT NULL,
  manager text,
  expires_at double precision NOT NULL,
  review_by double precision NOT NULL,
  reviewer text,
  verdict text,
  escalated smallint NOT NULL DEFAULT 0,
  issuer text NOT NULL DEFAULT ''
);
CREATE INDEX leave_waiting ON leave ("user", organisation) WHERE reviewer IS NULL;
CREATE TABLE leave_child (
  leave_id text NOT NULL REFERENCES leave (id) ON DELETE CASCADE,
  pseudonym text NOT NULL,
  PRIMARY KEY (leave_id, pseudonym)
);
CREATE TABLE notice (
  about text NOT NULL,
  idx bigint NOT NULL,
  place text NOT NULL,
  kind text NOT NULL,
  sent smallint NOT NULL DEFAULT 0,
  until timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (about, place, kind)
);
CREATE INDEX notice_unsent ON notice (until) WHERE sent = 0;
CREATE TRIGGER leave_stays BEFORE DELETE ON leave
FOR EACH ROW EXECUTE FUNCTION refuse_unpruned();
CREATE TRIGGER leave_is_kept BEFORE TRUNCATE ON leave
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
# What tables lack that were made before issuers were kept.
SINCE_ISSUERS: Final = """
ALTER TABLE leave ADD COLUMN issuer text NOT NULL DEFAULT '';
"""
_FORGETS: Final = """
GRANT SELECT, DELETE ON leave, leave_child, notice TO "{role}";
"""
_GIVES: Final = """
GRANT INSERT ON leave, leave_child, notice TO "{role}";
GRANT UPDATE (reviewer, verdict, escalated) ON leave TO "{role}";
GRANT UPDATE (sent, until) ON notice TO "{role}";
"""


def grants(role: str, pruner: str = "") -> str:
    """What a gateway's role may do, and what another may that prunes; names as they were checked.

    Neither may prolong a grant, nor remove any whose entry is still in the log.
    """
    both = "".join(_FORGETS.format(role=name) for name in filter(None, [role, pruner]))
    return both + _GIVES.format(role=role)
