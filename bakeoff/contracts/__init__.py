"""The shapes that rooms exchange: standard library only, so they travel into every Lambda and container."""
