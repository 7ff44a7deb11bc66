#!/usr/bin/env bash
# run.sh - the tour in JupyterLab 4 and Notebook 7, in a real browser.
#
# Called by: make lab, with BUILD and PYTHON. Makes a virtual environment
# (BUILD/lab/venv) with what requirements.txt pins, once; installs the kernel
# into it; runs check.py. Status 77: the packages cannot be had here.
set -euo pipefail
cd "$(dirname "$0")/../.."

BUILD=${BUILD:-build}
PYTHON=${PYTHON:-python3}
lab=$BUILD/lab
venv=$lab/venv
wanted=tests/lab/requirements.txt

make_venv()
{
    rm -rf "$venv"
    "$PYTHON" -m venv "$venv" || {
        echo "lab: $PYTHON cannot make a virtual environment" \
            "(Debian: python3-venv)"
        exit 77
    }
    echo "lab: installing JupyterLab and Notebook into $venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check \
        -r "$wanted" || {
        echo "lab: the packages could not be installed (no network?)"
        exit 77
    }
    cp "$wanted" "$lab/installed.txt"
}

mkdir -p "$lab"
cmp -s "$wanted" "$lab/installed.txt" || make_venv
"$BUILD/shikra" install --prefix "$venv"
BUILD=$(realpath "$BUILD") LAB_VENV=$(realpath "$venv") \
    "$PYTHON" tests/lab/check.py "$@"
