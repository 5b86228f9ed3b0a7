"""The NOTICE file: whose facts are embedded, under which licence. Generated from the feeds' own fields."""

from plimsoll.model.statement import Feed
from plimsoll.plugins import discover

_HEAD = """\
Plimsoll
Copyright The Plimsoll developers

This product embeds facts (identifiers, package names, versions, states, ratings, scores and dates) of these
publishers, in src/plimsoll/knowledge/snapshot.zst. Their advisory texts are not included.
"""


def notice_text() -> str:
    """Give the text of NOTICE: one paragraph for each feed that states a licence, in the order of their names."""
    feeds = [feed for feed in discover("plimsoll.knowledge.feeds", Feed).values() if feed.licence is not None]
    return "\n".join([_HEAD, *(f"{feed.title} ({feed.licence})\n{_wrapped(feed.notice)}\n" for feed in feeds)])


def _wrapped(text: str) -> str:
    from textwrap import fill

    return fill(text, width=110, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
