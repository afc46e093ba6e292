"""Who may be connected, for how long, and whether more should come. May use config and model."""
