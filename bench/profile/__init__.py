"""Where the CPU of a question goes, stage by stage."""
