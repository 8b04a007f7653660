"""How things are drawn. A job's view is the module of its name here, with `draw(content)`.

What visitors and models wrote is untrusted: it is shown by st.text or passes through `plain`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from idearc.core import Idearc
from idearc.jobs import Job
from idearc.models import Idea, Result


@dataclass(frozen=True)
class Content:
    """What the tab of a job that is done has to show."""

    idearc: Idearc
    idea: Idea
    job: Job
    result: Result
    findings: Sequence[Any]  # rows of the job's table
    is_read_only: bool = False  # for visitors whom the idea is shared with
