"""Runs `dormouse listen --web` and looks at it with a browser: for tests, benchmarks and the picture in the README."""
