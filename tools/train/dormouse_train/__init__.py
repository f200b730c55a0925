"""Training of keyword-spotting networks for Dormouse."""
