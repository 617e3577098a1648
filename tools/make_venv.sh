#!/usr/bin/env bash
# Creates the virtual environment $1 with the interpreter $PYTHON, or with the first suitable one found.
# An interpreter is tried by running it: a pyenv shim exists for versions that are not active, and fails.
set -euo pipefail

target=${1:?usage: make_venv.sh FOLDER}
candidates=(${PYTHON:-python3.13 python3.12 python3.11 python3})

runs() { # runs PYTHON STATEMENTS
    "$1" -c "import sys; assert sys.version_info >= (3, 11); $2" >/dev/null 2>&1
}

first() { # first STATEMENTS: the first candidate that runs them
    local python
    for python in "${candidates[@]}"; do
        if runs "$python" "$1"; then
            echo "$python"
            return
        fi
    done
    return 1
}

rm -rf "$target"
if python=$(first "import venv, ensurepip"); then
    "$python" -m venv "$target"
    exit
fi
python=$(first "") || { echo "symdiff needs Python 3.11 or newer; tried: ${candidates[*]}" >&2; exit 1; }

# Debian ships venv apart from Python. virtualenv does the same from a throwaway folder and leaves the machine as it is.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if "$python" -m pip install --quiet --target "$scratch" virtualenv; then
    PYTHONPATH=$scratch "$python" -m virtualenv "$target"
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install -y "$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    "$python" -m venv "$target"
else
    echo "$python has neither venv nor pip: install the package python3-venv" >&2
    exit 1
fi
