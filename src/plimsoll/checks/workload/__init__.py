"""The rules on workloads and what stands around them: `*.toml` rows, and the functions that some rows name."""
