"""The definition of the preparation, once, for every engine: Ibis tables in, Ibis tables out.

Only what every engine computes to the last bit is used: comparisons, integer arithmetic, MD5, window positions. Text is
turned into numbers behind a check of its spelling, because engines differ in what they let pass.
"""
