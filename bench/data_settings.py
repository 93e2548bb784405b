"""What both programs of `make bench-data` prepare the data with: the defaults, every row in the Autopilot table."""

from bakeoff.data.settings import PreparationSettings

SETTINGS = PreparationSettings(dataset="synthetic", max_autopilot_rows=1_000_000_000)
