"""The outside world becomes facts here; the only readers. One file per kind of target."""
