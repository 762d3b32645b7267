/* Advanced SIMD of AArch64. */
#include "simd/kernels.h"

extern quality_mask_fn quality_mask_neon;
extern unpack_bases_fn unpack_bases_neon;
extern classify_fn classify_neon;
extern find_bytes_fn find_bytes_neon;
extern call_bases_fn call_bases_neon;
extern list_odd_fn list_odd_neon;
extern count_byte_fn count_byte_neon;
extern split_line_fn split_line_neon;

extern const struct kernels row_neon;
const struct kernels row_neon = {
	.name = "neon",
	.quality_mask = quality_mask_neon,
	.unpack_bases = unpack_bases_neon,
	.classify = classify_neon,
	.find_bytes = find_bytes_neon,
	.call_bases = call_bases_neon,
	.list_odd = list_odd_neon,
	.count_byte = count_byte_neon,
	.split_line = split_line_neon,
};
