"""Base scores of CVSS vectors."""

from plimsoll.model.statement import Rating, Unusable

_LONGEST = 512


def rating_of(vulnerability: str, vector: str) -> Rating | Unusable:
    """Compute the base score of a CVSS 2, 3.x or 4.0 vector; Unusable where it is none.

    Source: the CVSS specifications of FIRST, computed by the `cvss` library.
    """
    from cvss import CVSS2, CVSS3, CVSS4, CVSSError  # type: ignore[import-untyped]

    text = vector.strip()
    if len(text) > _LONGEST:
        return Unusable(record=vulnerability, reason="a CVSS vector of absurd length")
    try:
        if text.startswith("CVSS:4."):
            version, score = 4, float(CVSS4(text).base_score)
        elif text.startswith("CVSS:3."):
            version, score = 3, float(CVSS3(text).scores()[0])
        else:
            version, score = 2, float(CVSS2(text).scores()[0])
    except (CVSSError, ValueError, KeyError, IndexError, ArithmeticError) as error:
        return Unusable(record=vulnerability, reason=f"not a CVSS vector: {text[:80]!r} ({error})")
    return Rating(vulnerability=vulnerability, version=version, score=score, vector=text)
