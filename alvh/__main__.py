"""The core from a shell: ``python -m alvh price`` and ``python -m alvh simulate``."""

from __future__ import annotations

import os
import sys

from alvh.lab.command import main

if __name__ == "__main__":
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read the answer has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)
