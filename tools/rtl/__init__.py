"""Cycles of firmware on the CV32E40P's own register-transfer description, simulated with Verilator."""
