"""What an entry of the log may say. May use no other room of the log."""
