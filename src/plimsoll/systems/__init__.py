"""One row per packaging system: its names, package URLs, version scheme, and what feeds call it."""
