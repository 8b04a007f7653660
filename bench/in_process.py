"""What the jobs take beside the model's time, without a page."""

import math
import os
import time
from collections.abc import Iterator
from unittest.mock import patch

from apps import IDEA, Apps
from in_browser import Row
from model_server import ModelServer

from idearc.bootstrap import build
from idearc.core import Idearc
from idearc.jobs import JOBS
from idearc.models import Result, new_id, now
from idearc.settings import read_settings

_CAP = 16


def runs(apps: Apps, rounds: int) -> Iterator[Row]:
    with ModelServer(latency_seconds=0.2) as model:
        settings = {
            "IDEARC_DATABASE_URL": apps.database_url("runs"),
            "IDEARC_MAX_JOBS": str(_CAP),
            "OPENAI_BASE_URL": model.url,
        }
        with patch.dict(os.environ, settings):
            idearc = build(read_settings())
        _results(idearc, 1)  # warms up
        alone = [one for _ in range(3 * rounds) for one in _results(idearc, 1)]
        own = [one.seconds - model.latency_seconds for one in alone]
        yield "a run's own time beside the model's", {"idearc": own}

        model.latency_seconds = 2
        for ideas in (8, 24, 40):
            ideal = math.ceil(len(JOBS) * ideas / _CAP) * model.latency_seconds
            started = now()
            last = max(one.created_at for one in _results(idearc, ideas))
            ratio = (last - started).total_seconds() / ideal
            yield f"{ideas} ideas, {_CAP} runs at once: of the ideal", {"idearc": [ratio]}


def _results(idearc: Idearc, count: int) -> list[Result]:
    """Of ideas that are submitted together, when all their jobs are done."""
    ideas = [idearc.idea(idearc.submit("", IDEA, new_id())) for _ in range(count)]
    while True:
        time.sleep(0.1)  # to look takes time, too
        jobs = [one for of_idea in idearc.progress(ideas).values() for one in of_idea.values()]
        results = [one.result for one in jobs if one.result]
        if len(results) == len(jobs):
            return results
