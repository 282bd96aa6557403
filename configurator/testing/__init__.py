"""What tests are made of, ours and our users': the only place that imports Hypothesis and pytest."""
