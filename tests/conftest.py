"""What holds for all tests."""

import os
import sys
from pathlib import Path

# Compiling the optional loops takes a second in the middle of whichever test comes then: tests that are
# about them switch them on. It must be set before anything of the library is imported.
os.environ.setdefault("CONFIGURATOR_FAST", "0")

# Servers are started by whichever tests need one.
sys.path.insert(0, str(Path(__file__).with_name("servers")))

# Runs of pytest inside of pytest, for what is tested of our own plugin.
pytest_plugins = ["pytester"]

# Catalogs with mistakes that are wanted, and pieces of some: no scenarios of ours to run.
collect_ignore_glob = ["messages/syntax/*.pcat", "documents/contexts/*.pcat"]
