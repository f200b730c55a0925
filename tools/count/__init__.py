"""Exact instruction counts of firmware under QEMU."""
