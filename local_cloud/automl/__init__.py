"""The twin of SageMaker Autopilot's search: tables in, candidates out; a program of its own that knows no AWS."""
