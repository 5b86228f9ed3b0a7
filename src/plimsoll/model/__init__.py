"""The nouns: immutable values that every stage speaks in. Nothing here imports ours but `errors`."""
