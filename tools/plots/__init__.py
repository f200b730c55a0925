"""Pictures of evaluations; started by tools/plot."""
