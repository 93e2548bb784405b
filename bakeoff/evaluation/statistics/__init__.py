"""How sure a figure is: bootstrap intervals, paired permutation tests, corrections, groups, power."""
