# libdeflate as Deflate::Deflate; the static one for a static program. Also installed, for those who
# link libsphex.a: releases of libdeflate before 1.15 say nothing to CMake.
include(FindPackageHandleStandardArgs)

find_path(Deflate_INCLUDE_DIR libdeflate.h)
if(SPHEX_STATIC)
	find_library(Deflate_LIBRARY NAMES libdeflate.a)
else()
	find_library(Deflate_LIBRARY NAMES deflate)
endif()
mark_as_advanced(Deflate_INCLUDE_DIR Deflate_LIBRARY)
find_package_handle_standard_args(Deflate REQUIRED_VARS Deflate_LIBRARY Deflate_INCLUDE_DIR)

if(Deflate_FOUND AND NOT TARGET Deflate::Deflate)
	add_library(Deflate::Deflate UNKNOWN IMPORTED)
	set_target_properties(Deflate::Deflate PROPERTIES
		IMPORTED_LOCATION "${Deflate_LIBRARY}"
		INTERFACE_INCLUDE_DIRECTORIES "${Deflate_INCLUDE_DIR}")
endif()
