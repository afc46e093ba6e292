"""The generation in force and how it changes: files, proposals, rollouts. May use questions."""
