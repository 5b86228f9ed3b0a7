"""The order of everything: one file per flow."""
