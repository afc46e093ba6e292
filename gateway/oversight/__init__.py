"""Who looks after it: auditors, families, alerts, break-glass. May use questions."""
