"""What publishers know: feeds, the store built from them, and the embedded snapshot."""
