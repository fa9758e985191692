"""`post-purchase summary`, by the name that it had as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["summary", *sys.argv[1:]]))
