"""The jobs: the questions that are asked about every idea.

Each is a module of its own here, with its `JOB`; it is found by that, in the order of their names.
"""

from importlib import import_module
from pkgutil import iter_modules

from idearc.jobs.job import Job

__all__ = ["JOBS", "Job"]

_modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
JOBS: dict[str, Job] = {module.JOB.name: module.JOB for module in _modules if "JOB" in vars(module)}
