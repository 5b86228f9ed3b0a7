"""One file per publisher."""
