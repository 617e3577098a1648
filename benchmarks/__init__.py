"""Speed of generated code as ratios to hand-written NumPy, measured in one run: `python -m benchmarks`."""
