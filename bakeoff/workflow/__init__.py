"""What the steps of a run do between the jobs: plan, load, collect, decide, report, release. Goes into Lambda."""
