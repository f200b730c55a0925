"""Benchmarks of Dormouse against its bars and its peers; started by tools/bench."""
