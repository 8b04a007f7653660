"""What is new, gone and kept between two versions of an idea."""

from collections.abc import Sequence
from dataclasses import dataclass

from idearc.models import Finding
from idearc.spelling import Names


@dataclass(frozen=True)
class Comparison:
    """Findings of one job, each in the order of its answer."""

    new: Sequence[Finding]
    kept: Sequence[Finding]  # as the later version has them
    gone: Sequence[Finding]


def compare(before: Sequence[Finding], after: Sequence[Finding]) -> Comparison:
    """By their names, in whatever spelling (`text.Names`): nothing else of a finding is looked at.

    An answer may call the same thing by another name: then it is gone here and new there.
    """
    names_before, names_after = (Names(one.name for one in found) for found in (before, after))
    return Comparison(
        new=[one for one in after if one.name not in names_before],
        kept=[one for one in after if one.name in names_before],
        gone=[one for one in before if one.name not in names_after],
    )
