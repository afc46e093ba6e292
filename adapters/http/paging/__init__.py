"""How the further pages of an answer are asked for. May use the rest of http."""
