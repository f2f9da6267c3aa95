# How every folder of Packetboat is built: one static library per folder, tests linked per folder.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

option(PACKETBOAT_TESTS "build the unit tests" ON)
option(PACKETBOAT_PERF "build the micro-benchmarks" OFF)
option(PACKETBOAT_FUZZ "build the libFuzzer targets (clang)" OFF)
set(PACKETBOAT_SANITIZE "" CACHE STRING "value of -fsanitize=, empty for none")

find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the tree are hashed relative to it, so clones and build directories share their objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "CCACHE_SLOPPINESS=pch_defines,time_macros" "${CCACHE}")
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Both give false alarms on coroutine frames in g++ 12.
  add_compile_options(-Wno-dangling-pointer -Wno-mismatched-new-delete)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    # At -O3 g++ 12 sees overlaps and overruns in std::string, std::optional and std::variant that are none (such as GCC PR 105329).
    # The Debug builds and clang keep the real ones.
    add_compile_options(-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized
      -Wno-free-nonheap-object)
  endif()
endif()
if(PACKETBOAT_SANITIZE)
  # -g1 keeps function, file and line in a report and takes a third off the time to compile.
  add_compile_options(-fsanitize=${PACKETBOAT_SANITIZE} -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${PACKETBOAT_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND PACKETBOAT_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize=function)
  elseif(PACKETBOAT_SANITIZE MATCHES "undefined")
    # These two take g++ up to half of the compile time. ASan stops at a null access anyway; the clang builds keep both.
    add_compile_options(-fno-sanitize=null,alignment)
    # A false alarm of g++ 12 on Results of variants at -O1 with ASan.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Here one source sees the local names of those before it, and gcc takes them for headers. The release build keeps both.
  add_compile_options(-Wno-shadow -Wno-subobject-linkage)
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

# packetboat_library(booster_rate SOURCES a.cc b.cc USES codec_base PRIVATE_USES PkgConfig::ZSTD)
function(packetboat_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PRIVATE_USES" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_include_directories(${name} PUBLIC "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${ARG_USES} PRIVATE ${ARG_PRIVATE_USES})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${ARG_USES})
  endif()
endfunction()

# What ctest runs, without the programs themselves.
add_custom_target(unit_tests)

# packetboat_test(codec_base_test SOURCES x_test.cc USES codec_base): one gtest program per folder, sources below tests/.
function(packetboat_test name)
  if(NOT PACKETBOAT_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  find_package(GTest REQUIRED)
  set(sources)
  foreach(source ${ARG_SOURCES})
    list(APPEND sources "${CMAKE_SOURCE_DIR}/tests/${source}")
  endforeach()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gmock GTest::gtest GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE PACKETBOAT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME ${name} COMMAND ${name})
  add_dependencies(unit_tests ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600)
endfunction()

# packetboat_fuzz(lexer_fuzz SOURCE fuzz/lexer_fuzz.cc USES proxy_imap): a libFuzzer program in the fuzz preset; everywhere else
# a program that replays its corpus (tests/fuzz/corpus/NAME/*), run by ctest.
function(packetboat_fuzz name)
  if(NOT PACKETBOAT_TESTS AND NOT PACKETBOAT_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "SOURCE" "USES" ${ARGN})
  add_executable(${name} "${CMAKE_SOURCE_DIR}/tests/${ARG_SOURCE}")
  target_link_libraries(${name} PRIVATE ${ARG_USES})
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
  if(PACKETBOAT_FUZZ)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cc")
    add_test(NAME ${name} COMMAND ${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    add_dependencies(unit_tests ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT 120)
  endif()
endfunction()

# packetboat_perf(codec_property_perf SOURCES micro/codec/property_perf.cc USES codec_property), sources below perf/.
function(packetboat_perf name)
  if(NOT PACKETBOAT_PERF)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  find_package(benchmark REQUIRED)
  set(sources)
  foreach(source ${ARG_SOURCES})
    list(APPEND sources "${CMAKE_SOURCE_DIR}/perf/${source}")
  endforeach()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARG_USES} benchmark::benchmark benchmark::benchmark_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/perf")
endfunction()

# Adds each named folder that is there. A folder may hold sub-folders; it adds those itself.
function(packetboat_folders)
  foreach(folder ${ARGN})
    if(EXISTS "${CMAKE_SOURCE_DIR}/${folder}/CMakeLists.txt")
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()
