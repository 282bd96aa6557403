"""What holds for all tests."""

import os

# Compiling the optional loops takes a second in the middle of whichever test comes then: tests that are
# about them switch them on. It must be set before anything of the library is imported.
os.environ.setdefault("CONFIGURATOR_FAST", "0")
