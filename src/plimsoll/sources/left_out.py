"""What is not looked into in a source tree."""

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules", "site-packages", "venv"})
"""Folders of what tools put there: histories, and packages that are installed, not declared."""
