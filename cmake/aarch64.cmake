# Builds for AArch64 on another machine and runs the result in qemu. libdeflate for AArch64 is looked
# for below SPHEX_AARCH64_ROOT, a folder laid out like /.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES SPHEX_AARCH64_ROOT)
set(CMAKE_FIND_ROOT_PATH ${SPHEX_AARCH64_ROOT} /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
