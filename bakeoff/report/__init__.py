"""The report as one page: report.html out of report.json, metrics.json and the training curves."""
