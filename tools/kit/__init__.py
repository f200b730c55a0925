"""Makes the SDK: `tools/sdk`."""
