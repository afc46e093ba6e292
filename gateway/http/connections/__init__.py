"""Who may be connected, how many of them, and how long they may take. May use config and model."""
