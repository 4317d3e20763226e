"""Benchmarks: what limits what, next to bare variants in the same run. They report; they gate nothing."""
