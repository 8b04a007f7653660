"""Processes that submit ideas until they are killed: forked, one for each line that comes in.

Says the process id of each, then the id of each idea as soon as it is submitted, then `over`.
"""

import os
import sys
import time

from idearc.bootstrap import build
from idearc.models import new_id
from idearc.providers.compatible import CompatibleProvider  # noqa: F401 # it takes a second
from idearc.settings import read_settings

TEXT = "Owners of small hair salons fill gaps: clients nearby get an offer when someone cancels."


def submit_until_killed() -> None:
    idearc = build(read_settings())
    while True:
        idea_id = idearc.submit("", TEXT, new_id())
        os.write(1, f"{idea_id}\n".encode())  # at once, and whole
        time.sleep(0.1)


for _line in sys.stdin:
    process = os.fork()
    if not process:
        submit_until_killed()
    os.write(1, f"{process}\n".encode())
    os.waitpid(process, 0)
    os.write(1, b"over\n")
