"""Documents from outside, read within bounds: JSON, YAML, TOML and XML; each says on which line things stand."""
