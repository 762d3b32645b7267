/* AVX2. */
#include "simd/kernels.h"

extern quality_mask_fn quality_mask_avx2;
extern unpack_bases_fn unpack_bases_avx2;
extern classify_fn classify_avx2;
extern find_bytes_fn find_bytes_avx2;
extern call_bases_fn call_bases_avx2;
extern list_odd_fn list_odd_avx2;
extern count_byte_fn count_byte_avx2;
extern split_line_fn split_line_avx2;

extern const struct kernels row_avx2;
const struct kernels row_avx2 = {
	.name = "avx2",
	.quality_mask = quality_mask_avx2,
	.unpack_bases = unpack_bases_avx2,
	.classify = classify_avx2,
	.find_bytes = find_bytes_avx2,
	.call_bases = call_bases_avx2,
	.list_odd = list_odd_avx2,
	.count_byte = count_byte_avx2,
	.split_line = split_line_avx2,
};
