"""Facts and knowledge become findings: match, merge, waive, explain."""
