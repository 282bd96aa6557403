"""The language page is true: its examples compile, its scenarios pass, and no word of the language is missing."""

import re
from pathlib import Path

import pytest
from language_examples import PAGE, catalog_text, examples, files_around, named_catalogs, written_files
from pages import Block

from configurator import Configurator
from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile
from configurator.syntax import grammar
from configurator.syntax.parser import parse_catalog
from configurator.syntax.vocabulary import BLOCK_WORDS, OPERATOR_WORDS, TOP_LEVEL_WORDS

TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = tuple(examples())
STATEMENTS = tuple(block for block in EXAMPLES if not block.text.startswith("scenarios for"))
SCENARIOS = tuple(block for block in EXAMPLES if block.text.startswith("scenarios for"))
