/* The error record: what a failure puts in, and the line that comes out. */
#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>

#include "base/status.h"

Test(status, every_status_has_a_word_of_its_own)
{
	for (int i = SPHEX_OK; i <= SPHEX_E_CANCELLED; i++) {
		const char *name = sphex_status_name((enum sphex_status)i);

		cr_assert(name && name[0], "status %d has no name", i);
		cr_assert(strcmp(name, "unknown") != 0, "status %d is unknown", i);
		for (int k = SPHEX_OK; k < i; k++)
			cr_assert(strcmp(name, sphex_status_name((enum sphex_status)k)) != 0,
				"%d and %d share %s", k, i, name);
	}
	cr_assert_str_eq(sphex_status_name((enum sphex_status)99), "unknown");
}

Test(status, fail_forgets_what_an_earlier_failure_left)
{
	struct sphex_error err;

	memset(&err, 0x5A, sizeof(err));
	cr_assert_eq(fail(&err, SPHEX_E_DATA, "%s %d", "first", 1), SPHEX_E_DATA);
	cr_assert_eq(at_file(&err, "f"), SPHEX_E_DATA);
	cr_assert_eq(at_line(&err, 3), SPHEX_E_DATA);
	cr_assert_eq(at_record(&err, 4), SPHEX_E_DATA);
	cr_assert_eq(at_voffset(&err, 5), SPHEX_E_DATA);
	cr_assert_eq(with_hint(&err, "do %s", "this"), SPHEX_E_DATA);
	cr_assert_eq(fail(&err, SPHEX_E_LIMIT, "second"), SPHEX_E_LIMIT);
	cr_assert_eq(err.status, SPHEX_E_LIMIT);
	cr_assert_str_eq(err.message, "second");
	cr_assert_str_eq(err.file, "");
	cr_assert_str_eq(err.hint, "");
	cr_assert_eq(err.line, 0);
	cr_assert_eq(err.record, 0);
	cr_assert_eq(err.voffset, SPHEX_NO_OFFSET);
}

Test(status, system_failures_carry_the_systems_words)
{
	struct sphex_error err;

	cr_assert_eq(fail_errno(&err, ENOENT, "cannot open %s", "it"), SPHEX_E_IO);
	cr_assert(strncmp(err.message, "cannot open it: ", 16) == 0, "%s", err.message);
	cr_assert_str_eq(err.message + 16, strerror(ENOENT));
	cr_assert_eq(fail_errno(&err, 987654, "x"), SPHEX_E_IO);
	cr_assert(strlen(err.message) > 3, "%s", err.message);
}

Test(status, texts_longer_than_the_record_are_cut)
{
	struct sphex_error err;
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t drop = 0; drop < 1600; drop += 7) {
		fail_errno(&err, ENOENT, "%s", text + drop);
		with_hint(&err, "%s", text + drop);
		cr_assert(memchr(err.message, 0, sizeof(err.message)), "message is not ended");
		cr_assert(memchr(err.hint, 0, sizeof(err.hint)), "hint is not ended");
	}
}

Test(status, long_paths_lose_their_left_end)
{
	struct sphex_error err;
	char path[2000];

	for (size_t n = 500; n < 530; n++) {
		for (size_t i = 0; i < n; i++)
			path[i] = (char)('a' + i % 26);
		path[n] = '\0';
		fail(&err, SPHEX_E_IO, "x");
		cr_assert_eq(at_file(&err, path), SPHEX_E_IO);
		if (n < sizeof(err.file)) {
			cr_assert_str_eq(err.file, path);
			continue;
		}
		cr_assert_eq(strlen(err.file), sizeof(err.file) - 1, "%zu", n);
		cr_assert(strncmp(err.file, "...", 3) == 0, "%s", err.file);
		cr_assert_str_eq(err.file + 3, path + n - (sizeof(err.file) - 4));
	}
}

Test(status, one_line_says_place_message_and_hint)
{
	static const struct {
		const char *file;
		uint64_t line, voffset, record;
		const char *hint, *want;
	} cases[] = {
		{"", 0, SPHEX_NO_OFFSET, 0, "", "broken"},
		{"f", 0, SPHEX_NO_OFFSET, 0, "", "f: broken"},
		{"f", 7, SPHEX_NO_OFFSET, 0, "mend it", "f:7: broken; mend it"},
		{"f", 0, (uint64_t)100000 << 16 | 65535, 0, "",
			"f, virtual offset 100000:65535: broken"},
		{"f", 0, 0, 12, "", "f, virtual offset 0:0, record 12: broken"},
		{"f", UINT64_MAX, SPHEX_NO_OFFSET, UINT64_MAX, "",
			"f:18446744073709551615, record 18446744073709551615: broken"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sphex_error err;
		char out[200], small[8];
		size_t n;

		fail(&err, SPHEX_E_DATA, "broken");
		at_file(&err, cases[i].file);
		at_line(&err, cases[i].line);
		at_voffset(&err, cases[i].voffset);
		at_record(&err, cases[i].record);
		with_hint(&err, "%s", cases[i].hint);
		n = sphex_error_format(&err, out, sizeof(out));
		cr_assert_str_eq(out, cases[i].want);
		cr_assert_eq(n, strlen(cases[i].want));
		cr_assert_eq(sphex_error_format(&err, NULL, 0), n);
		cr_assert_eq(sphex_error_format(&err, small, sizeof(small)), n);
		cr_assert(strncmp(small, out, strlen(small)) == 0, "%s", small);
		cr_assert(strlen(small) < sizeof(small), "not ended");
	}
}

Test(status, messages_and_hints_are_one_line_that_no_terminal_obeys)
{
	struct sphex_error err;

	fail(&err, SPHEX_E_DATA, "'%s'", "a\nb\033[2Jc\177\303\251");
	with_hint(&err, "%s", "\r\t\b");
	cr_assert_str_eq(err.message, "'a?b?[2Jc?\303\251'");
	cr_assert_str_eq(err.hint, "???");
}
