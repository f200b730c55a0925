"""The recording that the demo listens to: synthesized speech over generated noise."""
