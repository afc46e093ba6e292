"""What came into force and when: every version of every manifest, kept and never changed."""
