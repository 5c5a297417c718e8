# SPDX-License-Identifier: Apache-2.0
# The one place that decides how code is compiled. Every target links mpicd::options.

option(MPICD_WERROR "Treat warnings as errors" OFF)
option(MPICD_HARDEN "Hardening flags for a binary that faces the Internet" OFF)
option(MPICD_FUZZ "Build the libFuzzer targets" OFF)
option(MPICD_TIDY "Run clang-tidy with the compiler" OFF)
option(MPICD_COVERAGE "Instrument for source-based coverage" OFF)
option(MPICD_TESTS "Build the tests" ON)
set(MPICD_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
# A library need not wait for those it uses to be built: only linking does.
set(CMAKE_OPTIMIZE_DEPENDENCIES ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The two sloppinesses are what ccache asks for before it caches users of a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

add_library(mpicd_options INTERFACE)
add_library(mpicd::options ALIAS mpicd_options)

target_compile_options(mpicd_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wimplicit-fallthrough
    -Wnull-dereference -Wformat=2 -Wdouble-promotion
    # A designated initializer that leaves the defaulted members out is how options are written here.
    -Wno-missing-field-initializers
    $<$<BOOL:${MPICD_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Lets ccache reuse a precompiled header by content instead of by time.
    target_compile_options(mpicd_options INTERFACE
        "SHELL:-Xclang -fno-pch-timestamp" -Wno-missing-designated-field-initializers)
endif()
# Everything ends in an executable; one flag for all lets all share one precompiled header.
target_compile_options(mpicd_options INTERFACE -fPIE)
target_link_options(mpicd_options INTERFACE -pie)
# Frames for stack traces in core dumps cost next to nothing on x86-64 and arm64.
target_compile_options(mpicd_options INTERFACE -fno-omit-frame-pointer)

# Debug builds are the sanitizers': -O1 keeps them fast enough to run the whole suite.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -gline-tables-only")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

if(MPICD_HARDEN)
    target_compile_options(mpicd_options INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS
        -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
        target_compile_options(mpicd_options INTERFACE -fcf-protection=full)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
        target_compile_options(mpicd_options INTERFACE -mbranch-protection=standard)
    endif()
    target_link_options(mpicd_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()

# What is tested is optimised; the tests themselves need not be, and so compile in half the time.
add_library(mpicd_test_options INTERFACE)
add_library(mpicd::test_options ALIAS mpicd_test_options)
target_compile_options(mpicd_test_options INTERFACE -O0 -U_FORTIFY_SOURCE)

if(MPICD_SANITIZE)
    target_compile_options(mpicd_options INTERFACE
        -fsanitize=${MPICD_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(mpicd_options INTERFACE -fsanitize=${MPICD_SANITIZE})
endif()
if(MPICD_FUZZ)
    target_compile_options(mpicd_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(MPICD_COVERAGE)
    target_compile_options(mpicd_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(mpicd_options INTERFACE -fprofile-instr-generate)
endif()
if(MPICD_TIDY)
    find_program(CLANG_TIDY NAMES clang-tidy-19 clang-tidy REQUIRED)
    set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
endif()

find_program(MPICD_LLD NAMES ld.lld-19 ld.lld)
if(MPICD_LLD AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_link_options(mpicd_options INTERFACE -fuse-ld=lld)
endif()
