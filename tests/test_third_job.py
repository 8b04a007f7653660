"""A job is one file and one view: with a third one in place, the tests pass as they are."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOT_OURS = shutil.ignore_patterns(".*_cache", ".env", ".git", ".hypothesis", ".venv", "__pycache__")
# The others are like these, and would take minutes.
ABOUT_JOBS = [
    *("tests/test_jobs.py", "tests/test_comparison.py", "tests/test_export.py"),
    "tests/test_core.py::test_a_submitted_idea_gets_all_results",
    "tests/test_core.py::test_one_failure_never_touches_the_other_jobs",
    "tests/test_pages.py::test_a_good_idea_leads_to_its_workspace",
    "tests/test_pages.py::test_a_failed_job_shows_its_reason_and_is_retried_alone",
    "tests/test_pages.py::test_an_interrupted_job_can_be_retried",
    "tests/test_pages.py::test_finding_nothing_is_said",
    "tests/test_providers.py::test_the_schema_is_strict_and_explains_its_fields",
]


def test_a_third_job_needs_no_line_beside_its_own(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=NOT_OURS)
    shutil.copytree(ROOT / "tests" / "third_job", copy / "idearc", dirs_exist_ok=True)
    usual = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    options = ["-v", "-m", "not heavy", "--hypothesis-profile", "few"]
    options += ["-k", "not the_command or missing"]  # that start a process each
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *ABOUT_JOBS],
        cwd=copy,
        env={**usual, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"test_jobs.py::\S+\[risks\] PASSED", done.stdout)
