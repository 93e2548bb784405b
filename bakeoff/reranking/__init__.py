"""Re-ranking: one frozen file of candidates for all that predict ratings, and their predictions made into lists.

Sorting a whole catalogue by predicted rating recommends what few have seen and all of them loved. A rating model is
therefore given candidates, and judged by what it makes of their order.
"""
