"""Processes of the command that are forked by one which has imported what all of them need."""
