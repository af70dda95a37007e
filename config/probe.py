"""Whether all is well in this container: exit 0 or 1. For whoever watches over it.

python -m config.probe                 asks the web server
python -m config.probe /tmp/schedule   looks whether beat has kept its schedule lately
"""

import os
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

# Beat writes its schedule every three minutes, and when it starts.
LATELY = 600


def keeps_time(path: str) -> bool:
    """The file has another ending where another database module keeps it."""
    schedule = Path(path)
    written = [one.stat().st_mtime for one in schedule.parent.glob(f"{schedule.name}*")]
    return bool(written) and time.time() - max(written) < LATELY


def main() -> int:
    if len(sys.argv) > 1:
        return 0 if keeps_time(sys.argv[1]) else 1
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
