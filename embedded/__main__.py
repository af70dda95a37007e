"""`python -m embedded COMMAND`: what the scripts in bin/ call."""

import signal
import sys

from embedded.console import Refused, warn


def main() -> int:
    command, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    try:
        # Each command loads what it needs: the keeper should be small and quick.
        match command:
            case "up":
                from embedded import up

                return up.main()
            case "keep":
                from embedded import keeper

                return keeper.main()
            case "manage":
                from embedded import commands

                return commands.manage(arguments)
            case "bench":
                from embedded import commands

                return commands.bench(arguments)
            case "test":
                from embedded import testing

                return testing.main(arguments)
            case _:
                warn("Commands: up, manage, bench, test")
                return 2
    except Refused as error:
        warn(str(error))
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
