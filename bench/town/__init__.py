"""What is measured against: made-up agencies, their records, and what is asked about a child."""
