"""The laptop's AWS: MiniStack with Personalize and SageMaker mounted. Production code never imports this package."""
