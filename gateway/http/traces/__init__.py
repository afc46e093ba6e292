"""What a request took, stage by stage, held back until none can be followed. May use model."""
