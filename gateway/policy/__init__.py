"""Who may be given what: one decision an agency and class. May use audit, identity, fanout."""
