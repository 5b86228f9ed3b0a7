"""Which format goes where: pairs of --format and --output."""

import os
from collections.abc import Sequence
from pathlib import Path

import click

from plimsoll.cli.parsing import ORDER
from plimsoll.errors import PlimsollError, UsageError

Places = list[tuple[str, str]]
"""Pairs of a format and a path; "" is standard output."""


def paired(ctx: click.Context, formats: Sequence[str], outputs: Sequence[str], default: str) -> Places:
    """Pair formats with outputs: an --output belongs to the --format before it, else to the next one.

    Raises UsageError when two formats would share standard output, or two one file, or one would replace the
    target.
    """
    order = ctx.meta.get(ORDER, [])
    if order.count("formats") != len(formats) or order.count("outputs") != len(outputs):
        order = _in_turn(len(formats), len(outputs))  # not all were typed: the first goes with the first, and so on
    found = [
        (form or default, "" if path in {None, "-"} else str(path)) for form, path in _pairs(order, formats, outputs)
    ]
    places = found or [(default, "")]
    _expect_apart([path for _, path in places])
    for _, path in places:
        _expect_harmless(path, ctx.params.get("target", ""))
    return places


def _in_turn(formats: int, outputs: int) -> list[str]:
    both = min(formats, outputs)
    return ["formats", "outputs"] * both + ["formats"] * (formats - both) + ["outputs"] * (outputs - both)


def _pairs(order: Sequence[str], formats: Sequence[str], outputs: Sequence[str]) -> list[list[str | None]]:
    pairs: list[list[str | None]] = []
    waiting_formats, waiting_outputs = list(formats), list(outputs)
    for name in order:
        side = 0 if name == "formats" else 1
        text = (waiting_outputs if side else waiting_formats).pop(0)
        newest_first = reversed(pairs) if side else iter(pairs)
        waiting = next((pair for pair in newest_first if pair[side] is None), None)
        if waiting is not None:
            waiting[side] = text
        else:
            pairs.append([None, text] if side else [text, None])
    return pairs


def _expect_apart(paths: Sequence[str]) -> None:
    places = [os.path.realpath(path) if path else "" for path in paths]
    for path, place in zip(paths, places, strict=True):
        if places.count(place) > 1:
            raise UsageError(
                f"{places.count(place)} formats would go to {path or 'standard output'}",
                advice="Give each --format its own --output, e.g. --format json --output report.json",
            )


def _expect_harmless(path: str, target: str) -> None:
    """Say now, not after a long scan, that a report cannot be written."""
    if not path:
        return
    place = Path(path)
    if place.is_file() and target != "-" and Path(target).is_file() and place.samefile(target):
        raise UsageError(f"--output {path} would replace the target")
    if place.is_dir():
        raise PlimsollError(f"{path} cannot be written: it is a folder", advice="Name a file in it.")
    if not place.parent.is_dir():
        raise PlimsollError(f"{path} cannot be written: there is no folder {place.parent}", advice="Make it first.")
    if not os.access(place if place.exists() else place.parent, os.W_OK):
        raise PlimsollError(f"{path} cannot be written: permission denied", advice="Choose another place.")
