"""Several commands of manage.py in one process, because starting Django takes longer than most of them.

    python -m embedded.steps '[["migrate", "--no-input"], ["load_demo", "--if-empty"]]'

What each command prints follows a line with MARK and the command's place in the list.
"""

import json
import runpy
import sys

from embedded.place import CHECKOUT

MARK = "\x1e"


def main(commands: list[list[str]]) -> None:
    for position, command in enumerate(commands):
        print(f"{MARK}{position}", flush=True)
        sys.argv = [str(CHECKOUT / "manage.py"), *command]
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
