"""From programs to the text of a Python module, and from the text to callables."""
