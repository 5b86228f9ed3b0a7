"""Go modules whose archives a project has verified: go.sum (Go Modules Reference, "go.sum files").

It names more versions than a build uses, so it counts only beside a go.mod that does not list all modules, and of
each module only the newest does, which stands last. Lines of `go.mod` files are of modules that were only considered.
"""

from plimsoll.ecosystems.gathering import Gathering, text_lines
from plimsoll.model.ecosystem import Ecosystem
from plimsoll.model.package import Doubt, Observed, PackageRecord

_FIELDS = 3
_ALONE = Doubt(fault="no go.mod lies beside it to say which of its modules are used", files=("go.mod",))


def parse(path: str, data: bytes) -> Observed:  # noqa: ARG001 - the plug-in's contract
    """Read the modules whose archives are there, each in its last version."""
    gathering = Gathering()
    newest: dict[str, PackageRecord] = {}
    for number, line in text_lines(data, gathering):
        words = line.split()
        if len(words) != _FIELDS:
            if words:
                gathering.fault(f"{line[:100]!r} is no module, version and digest", number)
        elif not words[1].endswith("/go.mod") and gathering.has_room(len(newest)):
            newest[words[0]] = PackageRecord.simple(words[0], words[1], line=number, direct=False)
    for record in newest.values():
        gathering.add(record)
    observed = gathering.observed()
    doubts = (_ALONE,) if observed.packages else ()
    return Observed(packages=observed.packages, faults=observed.faults, doubts=doubts, spare=True)


GO_SUM = Ecosystem(
    name="go-sum",
    title="Go modules that a project has verified",
    version=1,
    system="go",
    paths=("go.sum",),
    declared=True,
    parse=parse,
)
