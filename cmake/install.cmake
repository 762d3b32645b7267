# What `cmake --install` puts in place: program, alias, library, header, pkg-config and CMake files.
include(CMakePackageConfigHelpers)

set(SPHEX_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/sphex)
set(build ${CMAKE_CURRENT_BINARY_DIR})

install(TARGETS sphex)
install(PROGRAMS ${build}/wasp2-count DESTINATION ${CMAKE_INSTALL_BINDIR}) # stays a symbolic link
install(FILES include/sphex.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS sphex_library EXPORT sphex-targets)
install(EXPORT sphex-targets NAMESPACE sphex:: DESTINATION ${SPHEX_CMAKE_DIR})

configure_package_config_file(cmake/sphex-config.cmake.in ${build}/sphex-config.cmake
	INSTALL_DESTINATION ${SPHEX_CMAKE_DIR})
write_basic_package_version_file(${build}/sphex-config-version.cmake
	COMPATIBILITY SameMinorVersion)
install(FILES ${build}/sphex-config.cmake ${build}/sphex-config-version.cmake cmake/FindDeflate.cmake
	DESTINATION ${SPHEX_CMAKE_DIR})

# Where the prefix is, seen from sphex.pc: so an installed tree can be moved.
file(RELATIVE_PATH SPHEX_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(sphex.pc.in ${build}/sphex.pc @ONLY)
install(FILES ${build}/sphex.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
