"""One file an agency: its own store in its own format, answered over its own protocol."""
