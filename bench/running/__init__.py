"""What it takes to start, and what stays in memory for weeks."""
