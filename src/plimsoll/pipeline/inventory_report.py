"""From target to a bill of materials: examine, and list without judging."""

from typing import IO

from plimsoll import __version__
from plimsoll.model.report import Report, Tool
from plimsoll.model.score import Score
from plimsoll.pipeline.distribution import VersionOf
from plimsoll.pipeline.examine import Examination, Examined, Progress, examine


def inventory_report(
    how: Examination, version_of: VersionOf, as_of: str, standard_input: IO[bytes], progress: Progress
) -> tuple[Report, Examined]:
    """List what is in a target. Raises what `examine` raises."""
    examined = examine(how, version_of, standard_input, progress)
    report = Report(
        tool=Tool(name="plimsoll", version=__version__),
        as_of=as_of,
        target=how.target,
        subjects=(examined.subject,),
        score=Score(low=None, high=None, estimated=False),
        gaps=(*examined.gaps, *examined.inventory.gaps),
        layers=examined.layers,
        packages=examined.inventory.packages,
    )
    return report, examined
