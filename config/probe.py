"""Ask the web server of this machine whether all is well: exit 0 or 1. For whoever watches over a container.

python -m config.probe
"""

import os
import sys
from urllib.error import URLError
from urllib.request import Request, urlopen


def main() -> int:
    host = os.environ.get("CONCORD_ALLOWED_HOSTS", "127.0.0.1").split(",")[0]
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/health/"
    try:
        with urlopen(Request(address, headers={"Host": host}), timeout=4) as answer:
            return 0 if answer.status == 200 else 1
    except (URLError, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
