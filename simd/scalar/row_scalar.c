/* Plain C: the reference for all other rows. */
#include "simd/kernels.h"

extern quality_mask_fn quality_mask_scalar;
extern unpack_bases_fn unpack_bases_scalar;
extern classify_fn classify_scalar;
extern find_bytes_fn find_bytes_scalar;
extern call_bases_fn call_bases_scalar;
extern list_odd_fn list_odd_scalar;
extern count_byte_fn count_byte_scalar;
extern split_line_fn split_line_scalar;

extern const struct kernels row_scalar;
const struct kernels row_scalar = {
	.name = "scalar",
	.quality_mask = quality_mask_scalar,
	.unpack_bases = unpack_bases_scalar,
	.classify = classify_scalar,
	.find_bytes = find_bytes_scalar,
	.call_bases = call_bases_scalar,
	.list_odd = list_odd_scalar,
	.count_byte = count_byte_scalar,
	.split_line = split_line_scalar,
};
