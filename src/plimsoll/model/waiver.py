"""Waivers: decisions to accept a finding for a while."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One `[[waiver]]` of plimsoll.toml.

    `id` is a finding id or a pattern of one (`*`, `?`), or a bare vulnerability or rule id; `subject` a pattern
    of subject ids or names, `*` by default. `expires` is the last ISO day it holds, "" for never.
    """

    id: str
    reason: str
    owner: str
    subject: str = "*"
    expires: str = ""
