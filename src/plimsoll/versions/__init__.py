"""One file per version scheme: text to key, and the reference comparison."""
