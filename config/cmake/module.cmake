# SPDX-License-Identifier: Apache-2.0
# A module is one folder under src/ and one under include/, one library, one call:
#
#   mpicd_module(base/dns USES base/net LINKS PkgConfig::CARES)
#
# USES names the modules whose public headers it may include; tests/house checks that the layers
# only go downward. LINKS names third-party libraries. Every .cpp of the folder is compiled.

function(mpicd_module module)
    cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
    string(REPLACE "/" "_" target ${module})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${module}/*.cpp)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target}
        PUBLIC ${PROJECT_SOURCE_DIR}/include
        PRIVATE ${PROJECT_SOURCE_DIR}/src)
    list(TRANSFORM ARG_USES REPLACE "/" "_")
    target_link_libraries(${target} PUBLIC ${ARG_USES} base_precompiled
        PRIVATE ${ARG_LINKS} mpicd::options)
    mpicd_precompiled(${target})
endfunction()

# A document that the program serves: src/<module>/<source>.in becomes a source of the module, with the
# document's text in place of @VARIABLE@.
function(mpicd_embed module document variable source)
    string(REPLACE "/" "_" target ${module})
    file(READ ${document} ${variable})
    configure_file(${module}/${source}.in ${CMAKE_CURRENT_BINARY_DIR}/${module}/${source} @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${document})
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${module}/${source})
endfunction()

# One precompiled header for the whole tree: Asio, OpenSSL and JSON take seconds to parse.
function(mpicd_precompiled target)
    if(NOT MPICD_TIDY AND NOT target STREQUAL base_precompiled)
        target_precompile_headers(${target} REUSE_FROM base_precompiled)
    endif()
endfunction()

# mpicd_tests(unit/base/dns USES base/dns): every .cpp of tests/<folder> becomes one test program.
function(mpicd_tests folder)
    cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
    string(REPLACE "/" "_" target test_${folder})
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
    add_executable(${target} ${sources})
    list(TRANSFORM ARG_USES REPLACE "/" "_")
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${target} PRIVATE ${ARG_USES} ${ARG_LINKS}
        GTest::gmock GTest::gtest_main mpicd::options mpicd::test_options)
    if(NOT MPICD_TIDY)
        target_precompile_headers(${target} REUSE_FROM test_precompiled)
    endif()
    add_test(NAME ${folder} COMMAND ${target} --gtest_brief=1 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${folder} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

# mpicd_fuzzer(dns_message USES base/dns): tests/fuzz/dns_message.cpp with LLVMFuzzerTestOneInput.
# Under the fuzz preset a libFuzzer program; otherwise a replayer of its corpus, run as a test.
function(mpicd_fuzzer name)
    cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
    set(target fuzz_${name})
    list(TRANSFORM ARG_USES REPLACE "/" "_")
    add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}.cpp)
    target_link_libraries(${target} PRIVATE ${ARG_USES} ${ARG_LINKS} mpicd::options)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/src)
    mpicd_precompiled(${target})
    if(MPICD_FUZZ)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    else()
        target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
        add_test(NAME fuzz/${name}
            COMMAND ${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name})
        set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 120)
    endif()
endfunction()
