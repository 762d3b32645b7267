# shellcheck shell=sh
# Sourced by checks written in sh: they state facts, and end with the numbers.

n_passed=0 n_failed=0 n_skipped=0

fact() { # fact WORDS COMMAND...: the command proves the words
	words=$1
	shift
	if "$@"; then
		n_passed=$((n_passed + 1))
	else
		n_failed=$((n_failed + 1))
		echo "FAIL $words"
	fi
}

skip_fact() {
	n_skipped=$((n_skipped + 1))
	echo "SKIP $*"
}

# The last words of a check.
end_facts() {
	echo "$n_passed passed, $n_failed failed, $n_skipped skipped"
	[ "$n_failed" = 0 ]
}
