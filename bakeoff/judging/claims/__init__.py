"""What the article said, and what a run finds: every claim of it that figures can test, and those that they cannot.

The article built recommenders on AWS without a metric; its verdicts were impressions. Each file here tests some.
"""
