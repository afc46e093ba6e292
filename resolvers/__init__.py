"""Pure functions from agencies' answers to one child's answer; no I/O anywhere in here."""
