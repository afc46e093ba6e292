"""Every version of every manifest and when it was in force, kept and never changed."""
