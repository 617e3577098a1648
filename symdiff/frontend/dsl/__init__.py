"""The notation of the lectures: formula files, which are parsed and compiled, and never run."""
