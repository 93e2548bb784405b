"""The parts that stacks are composed of: one construct, one capability."""
