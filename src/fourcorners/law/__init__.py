"""Pure decisions: authority packs and `decide`, `scope.judge`, clocks, the closed refusals."""
