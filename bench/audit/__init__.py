"""What the log costs: `python -m bench.audit`."""
