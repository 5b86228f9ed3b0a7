"""`python -m plimsoll.checks.compile`: writes the compiled form of all rows beside them (`make rules`)."""

from pathlib import Path

from plimsoll.checks.catalogue import COMPILED, compiled, row_files

if __name__ == "__main__":
    Path(__file__).with_name(COMPILED).write_bytes(compiled(row_files()))
