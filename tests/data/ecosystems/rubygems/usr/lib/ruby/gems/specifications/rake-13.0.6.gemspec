# Gem::Specification
name: rake
version: 13.0.6
