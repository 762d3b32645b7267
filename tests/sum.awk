# Sums the numbers in what a part of ./dev test said; status is the part's exit status. A part that
# failed without saying so counts as one failure, and so does one that neither passed nor skipped
# anything.
/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
	passed += $1
	failed += $3
	skipped += $5
}

# Criterion: [====] Synthesis: Tested: 12 | Passing: 12 | Failing: 0 | Crashing: 0
/^\[====\] Synthesis:/ {
	for (i = 1; i < NF; i++) {
		if ($i == "Passing:")
			passed += $(i + 1)
		if ($i == "Failing:" || $i == "Crashing:")
			failed += $(i + 1)
	}
}

END {
	if (failed == 0 && (status != 0 || passed + skipped == 0))
		failed = 1
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
}
