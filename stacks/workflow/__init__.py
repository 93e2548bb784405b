"""The state machines, in Amazon States Language with JSONata, one file a machine."""
