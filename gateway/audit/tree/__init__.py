"""The Merkle tree over the log, its tiles, notes and checkpoints. Uses no other room of the log."""
