"""The WebAssembly component host: grants, limits, cards, vetting."""
