"""Several commands of manage.py in one process, because starting Django takes longer than most of them.

python -m embedded.steps '[["migrate", "--no-input"], ["load_demo", "--if-empty"]]'
"""

import json
import runpy
import sys

from embedded.place import CHECKOUT


def main(commands: list[list[str]]) -> None:
    for command in commands:
        sys.argv = [str(CHECKOUT / "manage.py"), *command]
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
