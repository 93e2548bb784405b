"""What contestants cost: a dated price table, and formulas from measured seconds to dollars. Standard library only."""
