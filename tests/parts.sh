# shellcheck shell=sh disable=SC2154 # $manager comes from ./dev
# The parts of ./dev test, which sources this file. A part prints what it likes, kept in
# build/test/; what counts are its lines `N passed, N failed, N skipped`, its lines that begin with
# FAIL or SKIP, and its exit status. The CPU seconds of parts and of their checks are collected in
# build/test/times.

logs=build/test
sums=$logs/sums

test_everything() {
	need cc gcc clang cmake make libdeflate criterion objdump pkg-config python \
		samtools bcftools bedtools tabix || exit 1
	need pysam bwa minimap2 || true # checks that use them say what they skip
	# the lanes install nothing: a package manager works for one at a time
	need valgrind || true
	need clang-rt || true
	rm -rf "$logs"
	mkdir -p "$logs"
	[ "$(uname -m)" = aarch64 ] || ! need qemu aarch64 ||
		libdeflate_for_aarch64 >"$logs/libdeflate_for_aarch64.log" 2>&1 || true
	SHARED=$(cd .. && pwd)/shared
	export SHARED
	# a finding must not look like the exit 1 of refused input
	export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=exitcode=99 TSAN_OPTIONS=exitcode=99

	part 'release: builds' builds release
	build/release/sphex cpu || true
	part 'policy' each_of 'tests/policy/check_*'
	test_plain gcc
	test_plain clang
	part 'fixtures: as their commands make them' fixtures_are_made
	# most checks keep one core busy
	test_sanitized &
	test_whole_runs
	wait $!

	awk '{ passed += $1; failed += $3; skipped += $5 } END {
		printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }' "$sums"
}

test_plain() {
	part "$1: builds without a warning" builds "$1"
	# UBSan's build has clang's unit tests
	if [ "$1" != clang ] || ! have clang-rt; then
		part "$1: unit tests" "build/$1/unit_tests"
	fi
	part "$1: kernel tests" "build/$1/kernel_tests"
}

test_whole_runs() {
	part 'release: end to end' end_to_end build/release/sphex
	part 'release: a small run of the benchmarks' each_of 'tests/bench/check_*'
	part 'gcc: every call fails once, signals at each' build/gcc/fault_runs
	part 'gcc: damaged and hostile inputs' hostile build/gcc/sphex
	if have valgrind; then
		part 'gcc: under valgrind' tests/hostile/valgrind
	else
		part 'gcc: under valgrind' skip 'valgrind: not here'
	fi
	part 'python: wheel, package, WASP2 beside it' python_package
	part 'release: install, then compile against it' tests/install/check_install
	part 'static: builds' builds static
	part 'static: one small file that needs no other' tests/install/check_static
	test_aarch64
	if have clang-rt; then
		test_sanitizer ubsan
	else
		part 'ubsan: runs' skip "clang's UBSan: its library is not here"
	fi
}

test_sanitized() {
	test_sanitizer asan
	part 'asan: every call fails once' env QUICK=1 build/asan/fault_runs
	part 'asan: findings and seeds of fuzzing' tests/fuzz/replay build/asan
	part 'asan: damaged and hostile inputs, bounded' bounded_hostile build/asan/sphex
	if have clang-rt; then
		part 'fuzz: builds' builds fuzz
		part 'fuzz: 2 s for each target' tests/fuzz/run --seconds 2
	else
		part 'fuzz: runs' skip "libFuzzer: the library of clang's sanitizers is not here"
	fi
	test_sanitizer tsan
}

test_sanitizer() {
	part "$1: builds" builds "$1"
	if [ "$1" = tsan ]; then
		part 'tsan: unit tests of what has threads' env QUICK=1 build/tsan/unit_tests \
			api api_ase api_bam ordered reader stream threads
	else
		part "$1: unit tests" env QUICK=1 "build/$1/unit_tests"
		part "$1: kernel tests" "build/$1/kernel_tests"
	fi
	if [ "$1" = asan ]; then
		part 'asan: end to end, bounded' bounded_end_to_end build/asan/sphex
	else
		part "$1: tables, bounded" bounded_tables "build/$1/sphex"
	fi
}

test_aarch64() {
	if [ "$(uname -m)" = aarch64 ]; then
		part 'aarch64: in qemu' skip 'qemu: this machine is AArch64 and has run all of it'
	elif ! have qemu || ! have aarch64 || [ ! -f "$aarch64_root/usr/include/libdeflate.h" ]; then
		part 'aarch64: in qemu' skip 'NEON: no cross compiler, qemu and libdeflate for AArch64 here'
	else
		part 'aarch64: builds without a warning' builds aarch64
		part 'aarch64: kernel tests' qemu-aarch64-static build/aarch64/kernel_tests
		wrap_for_qemu
		part 'aarch64: tables, bounded' bounded_tables build/aarch64/qemu/sphex
	fi
}

# ---------------------------------------------------------------- running a part

# part NAME COMMAND...: runs it, keeps what it says, prints one line and adds to the sums.
part() {
	name=$1
	shift
	log=$logs/$(printf '%s' "$name" | tr -cs 'a-z0-9' '_').log
	began=$(date +%s)
	set +e
	timed "$name" "$@" >"$log" 2>&1 </dev/null
	status=$?
	set -e
	sum=$(awk -v status="$status" -f tests/sum.awk "$log")
	echo "$sum" >>"$sums"
	# in one piece: another lane may have something to tell as well
	told=$(tell_part)
	printf '%s\n' "$told"
}

# timed NAME COMMAND...: runs it in a shell of its own.
timed() (
	what=$1
	shift
	set -e
	# into a file: in a pipe it would be the times of another process
	trap 'times >"$log.times" && echo "$(cpu_seconds "$log.times") $what" >>"$logs/times"' EXIT
	"$@"
)

cpu_seconds() {
	awk '{ for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); sum += 60 * t[1] + t[2] } }
		END { printf "%.1f\n", sum }' "$1"
}

tell_part() {
	printf '%-46s %s  %d s, %.0f of CPU\n' "$name" "$sum" $(($(date +%s) - began)) \
		"$(cpu_seconds "$log.times")"
	grep -a '^SKIP' "$log" | sort | uniq -c | sort -rn | head -n 5 | sed 's/^ *1 //; s/^ */    /' || true
	case $sum in
	*' 0 failed'*) ;;
	*)
		grep -a -e '^FAIL' -e 'FAIL\]' "$log" | head -n 10 | sed 's/^/    /' || true
		tail -n 3 "$log" | sed 's/^/    | /'
		echo "    all it said is in $log"
		;;
	esac
}

one_passed() {
	echo '1 passed, 0 failed, 0 skipped'
}

skip() {
	echo "SKIP $1"
	echo '0 passed, 0 failed, 1 skipped'
}

builds() {
	build "$1"
	one_passed
}

# Runs every executable file that matches; each must end with its numbers.
each_of() {
	failed=0
	# shellcheck disable=SC2086 # a pattern
	for check in $1; do
		[ -x "$check" ] || continue
		echo "== $check"
		timed "$name, ${check##*/}" "$check" >"$log.one" 2>&1 || failed=1
		cat "$log.one"
		tail -n 1 "$log.one" | grep -Eq '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' || {
			echo "FAIL $check: ended without its numbers"
			failed=1
		}
	done
	return "$failed"
}

end_to_end() {
	SPHEX=$PWD/$1
	export SPHEX
	each_of 'tests/end_to_end/check_*'
}

# In an emulator and with the slower sanitizers: what the kernels and threads have a part in.
bounded_tables() {
	QUICK=1
	SPHEX=$PWD/$1
	export QUICK SPHEX
	each_of 'tests/end_to_end/check_[gno]*'
}

bounded_end_to_end() {
	QUICK=1
	export QUICK
	end_to_end "$1"
}

hostile() {
	SPHEX=$PWD/$1
	export SPHEX
	each_of 'tests/hostile/check_*'
}

bounded_hostile() {
	QUICK=1
	export QUICK
	hostile "$1"
}

python_package() {
	SPHEX=$PWD/build/release/sphex
	export SPHEX
	tests/python/check_package
}

fixtures_are_made() {
	MAKE_INPUT=$PWD/build/release/make_input fixtures/make.sh --check
	one_passed
}

# ---------------------------------------------------------------- AArch64

aarch64_root=$PWD/build/aarch64/root

# Into aarch64_root, without a change to the system: package lists of its own, nothing installed.
libdeflate_for_aarch64() {
	[ ! -f "$aarch64_root/usr/include/libdeflate.h" ] || return 0
	[ "$manager" = apt ] || return 1
	mkdir -p "$aarch64_root/lists/partial"
	set -- -o APT::Architecture=arm64 -o APT::Architectures=arm64 \
		-o "Dir::State::lists=$aarch64_root/lists"
	apt-get "$@" update &&
		(cd "$aarch64_root" && apt-get "$@" download libdeflate-dev && dpkg-deb -x ./*.deb .) &&
		rm -rf "$aarch64_root/lists"
}

# A program of this name that runs the other in qemu, under whatever name it is called.
wrap_for_qemu() {
	mkdir -p build/aarch64/qemu
	# shellcheck disable=SC2016 # the script expands them
	printf '#!/bin/sh\nexec qemu-aarch64-static -0 "$0" "%s" "$@"\n' "$PWD/build/aarch64/sphex" \
		>build/aarch64/qemu/sphex
	chmod +x build/aarch64/qemu/sphex
}
