"""Coverage-guided fuzzing: `python -m tests.fuzz <target> -max_total_time=600`."""
