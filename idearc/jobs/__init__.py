"""The jobs: the questions that are asked about every idea. Each is a module of its own."""

from idearc.jobs.competitors import COMPETITORS
from idearc.jobs.features import FEATURES
from idearc.jobs.job import Job

__all__ = ["JOBS", "Job"]

JOBS = {job.name: job for job in (COMPETITORS, FEATURES)}
