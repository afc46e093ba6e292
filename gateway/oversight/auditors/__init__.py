"""What an auditor may read of the log, and how decisions are explained."""
