/* AVX-512 F, BW, DQ, VL, VBMI and VBMI2, and VPCLMULQDQ. */
#include "simd/kernels.h"

extern quality_mask_fn quality_mask_avx512;
extern unpack_bases_fn unpack_bases_avx512;
extern classify_fn classify_avx512;
extern find_bytes_fn find_bytes_avx512;
extern call_bases_fn call_bases_avx512;
extern list_odd_fn list_odd_avx512;
extern count_byte_fn count_byte_avx512;
extern split_line_fn split_line_avx512;
extern crc32_fn crc32_avx512;

extern const struct kernels row_avx512;
const struct kernels row_avx512 = {
	.name = "avx512",
	.quality_mask = quality_mask_avx512,
	.unpack_bases = unpack_bases_avx512,
	.classify = classify_avx512,
	.find_bytes = find_bytes_avx512,
	.call_bases = call_bases_avx512,
	.list_odd = list_odd_avx512,
	.count_byte = count_byte_avx512,
	.split_line = split_line_avx512,
	.crc32 = crc32_avx512,
};
