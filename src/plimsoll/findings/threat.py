"""How bad a vulnerability is: the vendor's rating, else CVSS, with every rating that was known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from plimsoll.model.finding import SeverityEvidence
from plimsoll.model.knowledge import StoredStatement, Threat
from plimsoll.model.severity import Severity
from plimsoll.model.statement import Rating


def severity_of(statements: Iterable[StoredStatement], threat: Threat) -> Severity:
    """Give the worst rating of the statements that decide, else the band of the newest CVSS, else unknown."""
    rated = [stored.statement.severity for stored in statements]
    known = [severity for severity in rated if severity is not None and severity is not Severity.UNKNOWN]
    if known:
        return max(known, key=lambda severity: severity.rank)
    best = _by_version(threat)
    return Severity.of_cvss(best[0][1].score, best[0][1].version) if best else Severity.UNKNOWN


def ratings(
    deciding: Sequence[StoredStatement], weighed: Iterable[StoredStatement], threat: Threat
) -> tuple[SeverityEvidence, ...]:
    """List every rating that is known, the vendors' first, and mark the one that decided."""
    severity = severity_of(deciding, threat)
    decided = {stored.feed for stored in deciding if stored.statement.severity is severity}
    by_vendors = {
        (stored.feed, stored.statement.severity): None
        for stored in (*deciding, *weighed)
        if stored.statement.severity is not None
    }
    listed = [SeverityEvidence(source=feed, rating=rating.value, severity=rating) for feed, rating in by_vendors]
    by_vector: dict[Rating, list[str]] = {}
    for source, rating in _by_version(threat):
        by_vector.setdefault(replace(rating, vulnerability=""), []).append(source)
    listed += [
        SeverityEvidence(
            source=", ".join(dict.fromkeys(sources)),
            rating=_words(rating),
            severity=Severity.of_cvss(rating.score, rating.version),
        )
        for rating, sources in by_vector.items()
    ]
    used = _used(listed, len(by_vendors), severity, decided)
    return tuple(_marked(one, is_used=number == used) for number, one in enumerate(listed))


def _used(listed: Sequence[SeverityEvidence], vendors: int, severity: Severity, decided: set[str]) -> int:
    """Find the rating that decided; -1 where none did."""
    for number, one in enumerate(listed[:vendors]):
        if one.source in decided and one.severity is severity is not Severity.UNKNOWN:
            return number
    return vendors if len(listed) > vendors else -1


def _marked(one: SeverityEvidence, *, is_used: bool) -> SeverityEvidence:
    if not is_used:
        return one
    return SeverityEvidence(source=one.source, rating=one.rating, severity=one.severity, used=True)


def _by_version(threat: Threat) -> list[tuple[str, Rating]]:
    if len(threat.ratings) < 2:
        return list(threat.ratings)
    return sorted(threat.ratings, key=lambda pair: (-pair[1].version, -pair[1].score, pair[0], pair[1].vector))


def _words(rating: Rating) -> str:
    return f"CVSS {rating.version} {rating.score:.1f} {rating.vector}".rstrip()
