"""The ways in: Python functions, the notation of the lectures, SymPy expressions."""
