# What `cmake --install` puts in place: program, alias, manual, completions, library, header,
# pkg-config and CMake files.
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

# The program prints its manual and completions; one for another architecture cannot be asked.
if(NOT CMAKE_CROSSCOMPILING)
	add_custom_command(TARGET sphex POST_BUILD
		COMMAND sphex man > sphex.1
		COMMAND sphex completion bash > sphex.bash
		COMMAND sphex completion zsh > _sphex
		COMMAND sphex completion fish > sphex.fish
		WORKING_DIRECTORY ${build})
	install(FILES ${build}/sphex.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
	install(FILES ${build}/sphex.bash RENAME sphex
		DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
	install(FILES ${build}/_sphex DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
	install(FILES ${build}/sphex.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
