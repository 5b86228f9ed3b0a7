"""Waivers: decisions to accept a finding for a while."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One `[[waiver]]` of plimsoll.toml, or what a comment, an annotation or a file of exceptions says.

    `id` is a finding id or a pattern of one (`*`, `?`), or a bare vulnerability or rule id; `subject` a pattern
    of subject ids or names, `*` by default. `expires` is the last ISO day it holds, "" for never. `origin` is where it
    stands: a file, with the line where it is a comment or an annotation. `note` says why it waives nothing, whatever
    there is to waive.
    """

    id: str
    reason: str
    owner: str
    subject: str = "*"
    expires: str = ""
    origin: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopedWaiver:
    """A waiver that holds in one place only: on some lines of a file, or for some subjects.

    `names` are what it is about: ids of rules, or references of rules (`trivy:KSV-0017`), all in small letters;
    `trivy:*` is every rule that has such a reference. `lines` are the first and the last line in the file `path`.
    """

    waiver: Waiver
    names: frozenset[str]
    path: str = ""
    lines: tuple[int, int] | None = None
    subjects: frozenset[str] = frozenset()
