"""How things are drawn. A job's view is the module of its name here, with `draw(content)`.

What visitors and models wrote is untrusted: it is shown by st.text, or passes through
`plain` or `html.escape`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from idearc.models import Idea
from idearc.snapshot import Part


@dataclass(frozen=True)
class Content:
    """What the tab of a job that is done has to show."""

    idea: Idea
    part: Part
    # Keeps whether a finding, by its position, is chosen; None where one may only read.
    choose: Callable[[int, bool], None] | None = None
