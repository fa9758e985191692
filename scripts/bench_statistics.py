"""`post-purchase bench`, by the name that it has as a script."""

import sys

from post_purchase.cli import main

sys.exit(main(["bench", *sys.argv[1:]]))
