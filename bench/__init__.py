"""The gateway's own cost, measured against a bare fan-out to the same agencies."""
