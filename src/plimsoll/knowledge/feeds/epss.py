"""EPSS: the probability that a vulnerability is exploited in the next 30 days.

Format: https://www.first.org/epss/data_stats (CSV, usually gzipped; since 2022 a comment line with the model's
version and the day of the scores; a header line; then `cve,epss[,percentile]`).
"""

import re
from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from pathlib import Path

from plimsoll.errors import KnowledgeError, LimitError
from plimsoll.knowledge.reading import AGAIN, is_day, unreadable
from plimsoll.model.limits import Limits
from plimsoll.model.statement import AsOf, Feed, Knowledge, Probability, Unusable

_SCORE_DATE = re.compile(r"score_date:(\d{4}-\d{2}-\d{2})")
_LONGEST_LINE = 1024


def parse(path: str, file: Path, limits: Limits) -> Iterator[Knowledge]:
    """Yield the day of the scores, where the file states it, and one Probability per line."""
    import gzip

    with unreadable(path), gzip.open(file) if path.endswith(".gz") else file.open("rb") as stream:
        lines = _lines(stream, limits, path)
        head = next(lines, "")
        if head.startswith("#"):
            stated = _SCORE_DATE.search(head)
            if stated and is_day(stated[1]):
                yield AsOf(date=stated[1])
            head = next(lines, "")
        if head.split(",")[:2] != ["cve", "epss"]:
            raise KnowledgeError(f"{path} does not begin as EPSS scores do", advice=AGAIN)
        yield from _scores(lines)


def _lines(stream: BufferedIOBase, limits: Limits, path: str) -> Iterator[str]:
    size = records = 0
    while line := stream.readline(_LONGEST_LINE):
        size += len(line)
        records += 1
        if size > limits.feed_size:
            raise LimitError("feed_size", limits.feed_size, path)
        if records > limits.feed_records:
            raise LimitError("feed_records", limits.feed_records, path)
        yield line.decode("utf-8", "replace").strip()


def _scores(lines: Iterable[str]) -> Iterator[Knowledge]:
    for line in lines:
        cve, _, rest = line.partition(",")
        text = rest.partition(",")[0]
        score = _probability(text)
        if cve and score is not None:
            yield Probability(vulnerability=cve, score=score)
        elif line:
            yield Unusable(record=cve[:40], reason=f"not a probability: {text[:40]!r}")


def _probability(text: str) -> float | None:
    try:
        score = float(text)
    except ValueError:
        return None
    return score if 0.0 <= score <= 1.0 else None


EPSS = Feed(
    name="epss",
    title="Exploit Prediction Scoring System",
    kind="probability",
    licence="LicenseRef-EPSS-attribution",
    notice="EPSS scores by the EPSS special interest group of FIRST (https://www.first.org/epss/), free to use with"
    " attribution. Jay Jacobs, Sasha Romanosky, Benjamin Edwards, Michael Roytman, Idris Adjerid (2021):"
    " Exploit Prediction Scoring System, Digital Threats: Research and Practice, 2(3).",
    files=("epss/epss_scores-*.csv.gz", "epss/epss_scores-*.csv"),
    urls=(("https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", "epss/epss_scores-current.csv.gz"),),
    parse=parse,
    reference="https://api.first.org/data/v1/epss?cve={id}",
    dispensable=3,
)
