"""The key service, a process of its own: it uses the keys for others and gives none out."""
