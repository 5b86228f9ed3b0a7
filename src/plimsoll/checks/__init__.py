"""Rules on workloads and resources: rows of data, functions where a question needs logic, and the judge of both."""
