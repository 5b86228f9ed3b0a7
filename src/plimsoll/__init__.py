"""Plimsoll says how safe containers are to sail, from Dockerfile to running process."""

__version__ = "0.1.0"
