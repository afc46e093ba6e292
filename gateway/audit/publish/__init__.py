"""Checkpoints, witnesses, exports and retention of the log. May use log and keys."""
