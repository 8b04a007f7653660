"""The process of the small model's server; started by path, with nothing but xllamacpp to import.

It reads its options as one line of JSON, tells its address in another, and lives until its input
is closed: the system does that even for a parent that was killed.
"""

import json
import os
import signal
import sys
import threading
from contextlib import suppress


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the app, which ends this one
    options = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever the library prints goes to the log
    with suppress(AttributeError, OSError):  # Windows has none, and a sandbox may refuse it
        os.nice(10)  # the pages come first

    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = options["path"]
    params.model_alias = [options["name"]]
    params.api_keys = [options["key"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_parallel = 1
    params.n_ctx = options["context"]
    params.cpuparams.n_threads = options["threads"]
    params.cache_ram_mib = 256
    # Between two batches it notices that nobody waits any more; of 2,048 tokens, the usual size,
    # one takes half a minute. Larger ones are hardly faster here.
    params.n_batch = params.n_ubatch = 64
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = 0
    server = xllamacpp.Server(params)  # keeps all other threads waiting while it loads
    print(json.dumps({"address": server.listening_address}), file=answer, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
