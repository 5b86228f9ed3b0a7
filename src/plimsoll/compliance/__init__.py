"""The score, later the frameworks."""
