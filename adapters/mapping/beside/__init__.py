"""What an answer or a file says beside its records: that there is more, or that it failed."""
