# Sourced by the scripts beside it: goes on only with an environment that matches the lock file.
#   need=runtime|dev
set -eu
unset PYTHONDONTWRITEBYTECODE  # with it every start would compile all packages again

kind=$need
# Once the packages for development are in, they stay.
[ -f "$root/.venv/.lock-dev" ] && kind=dev
lock=$root/requirements/$kind.txt
python=$root/.venv/bin/python

if ! [ -x "$python" ] || ! cmp -s "$lock" "$root/.venv/.lock-$kind"; then
    found=
    for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            found=$candidate
            break
        fi
    done
    if [ -z "$found" ]; then
        echo "Concord needs Python 3.11 or later. Install it, or say where it is: PYTHON=/path/to/python3 $0" >&2
        exit 1
    fi
    "$found" "$root/bin/environment.py" "$kind"
fi
PYTHONPATH=$root
export PYTHONPATH
