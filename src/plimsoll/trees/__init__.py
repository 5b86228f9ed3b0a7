"""Layers as streams: decompress, walk tar, whiteouts, limits, layer memory."""
