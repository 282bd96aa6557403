"""From catalog text to the same catalog in its one form: nothing but blanks and line ends is changed."""
