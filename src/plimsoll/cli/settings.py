"""plimsoll.toml: options, limits and waivers that hold for a working directory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from plimsoll.cli.parsing import TARGET
from plimsoll.errors import UsageError

SETTINGS_FILE = "plimsoll.toml"
_LARGEST = 1 << 20
"""Bytes of a settings file."""

_TABLES = ("limits", "waiver")
_NEVER = frozenset({"config", "help"})
"""Options that make no sense in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """plimsoll.toml: where it was read from ("" for none), what it says, and a note on one that was not read."""

    origin: str = ""
    document: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def load_settings(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    """Read the settings file and make its values the defaults of the command's options. Raises UsageError.

    Without --config it is the one of the working directory, unless that lies inside the target: a subject has no
    say in how it is judged.
    """
    path = Path(value or SETTINGS_FILE)
    ctx.obj = Settings()
    if ctx.resilient_parsing or (value is None and not path.is_file()):
        return
    from plimsoll.pipeline.target import lies_within

    if value is None and lies_within(path, ctx.meta.get(TARGET) or ""):
        ctx.obj = Settings(note=f"{path} lies inside the target, so it is not used; --config {path} uses it")
        return
    document = _read(path)
    options = {key.replace("_", "-"): entry for key, entry in document.items() if key not in _TABLES}
    _expect_known(options, path)
    ctx.obj = Settings(origin=str(path), document=document)
    ctx.default_map = {
        param.name: _fitting(param, options[key_of(param)], f"{path}: {key_of(param)}")
        for param in ctx.command.params
        if isinstance(param, click.Option) and param.name and key_of(param) in options
    }


def key_of(option: click.Option) -> str:
    """Give the key of an option in plimsoll.toml: its long name."""
    return next(name for name in option.opts if name.startswith("--")).removeprefix("--")


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise UsageError(f"{path} is larger than {_LARGEST} bytes, so it is no settings file")
        return tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", advice="Check --config.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}") from error


def _expect_known(options: Mapping[str, object], path: Path) -> None:
    from difflib import get_close_matches

    from plimsoll.cli.shell import ROOT

    known = sorted({key_of(option) for option in _options(ROOT, click.Context(ROOT))} - _NEVER)
    for key in options:
        if key not in known:
            near = get_close_matches(key, (*known, *_TABLES), n=1)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            advice = f"{hint}Settings are {', '.join(known)}, [limits] and [[waiver]]."
            raise UsageError(f"{path}: there is no setting {key!r}", advice=advice)


def _options(group: click.Group, ctx: click.Context) -> Iterator[click.Option]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None or command.hidden:
            continue
        if isinstance(command, click.Group):
            yield from _options(command, ctx)
        yield from (param for param in command.params if isinstance(param, click.Option))


def _fitting(option: click.Option, value: object, place: str) -> object:
    """Give a TOML value as click wants it. Raises UsageError for one of another kind than the option's."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise UsageError(f"{place} must be true or false, not {value!r}")
        return value
    entries = value if isinstance(value, list) else [value]
    if not all(isinstance(entry, str | int | float) and not isinstance(entry, bool) for entry in entries):
        raise UsageError(f"{place} must be a text, a number or a list of them, not {value!r}")
    return [str(entry) for entry in entries] if option.multiple else ",".join(map(str, entries))
