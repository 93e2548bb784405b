"""The evaluation room: ranked lists and a frozen split in, metrics with intervals out. No torch, no AWS client."""
