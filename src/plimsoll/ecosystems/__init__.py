"""One file per packaging system: which files, and how to parse them; pure."""
