"""Other people's runtimes: where they are installed, and how a process runs them."""
