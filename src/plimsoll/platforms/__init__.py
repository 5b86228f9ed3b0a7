"""The doors: one file for each platform, which makes workloads and resources of its documents."""
