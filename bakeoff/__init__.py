"""Bakeoff: choose, compare and run recommenders on AWS."""

__version__ = "0.1.0"
