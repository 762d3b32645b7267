# sphex_add_archive(TARGET OBJECTS): a static library of an object library.
#
# Hidden visibility means nothing inside an archive: whoever links it would see every internal name.
# On ELF all objects therefore become one, in which the hidden names are made local. Elsewhere, and
# for sanitizers, whose own sections must stay as they are, it is a plain archive.
function(sphex_add_archive target objects)
	if(APPLE OR NOT CMAKE_OBJCOPY OR SPHEX_SANITIZE)
		add_library(${target} STATIC $<TARGET_OBJECTS:${objects}>)
		return()
	endif()
	set(whole ${CMAKE_CURRENT_BINARY_DIR}/${target}.o)
	add_custom_command(OUTPUT ${whole}
		COMMAND ${CMAKE_LINKER} -r -o ${whole} $<TARGET_OBJECTS:${objects}>
		COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${whole}
		DEPENDS ${objects} $<TARGET_OBJECTS:${objects}>
		COMMAND_EXPAND_LISTS VERBATIM)
	add_library(${target} STATIC ${whole})
	set_source_files_properties(${whole} PROPERTIES EXTERNAL_OBJECT TRUE)
	set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
endfunction()
