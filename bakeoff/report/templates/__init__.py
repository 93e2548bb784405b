"""The page's templates and its style; they travel with whatever imports this package."""
