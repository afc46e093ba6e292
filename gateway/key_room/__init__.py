"""The key service, a process of its own: it uses the epochs' keys for others and gives none out."""
