"""What an invented agency's system is made of: its protocol, its records, its sign-in."""
