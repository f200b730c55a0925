# find_package(Dormouse): the targets Dormouse::Dormouse, and Dormouse::Dense for models of dense layers of 4 or 8 bits.
# DORMOUSE_CORE names the library, such as cortex-m4f; without it, the computer that this is built for.
get_filename_component(_dormouse_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT DORMOUSE_CORE)
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|aarch64|arm64)$")
    string(REGEX REPLACE "^AMD64$" "x86_64" DORMOUSE_CORE "${CMAKE_SYSTEM_PROCESSOR}")
    string(REGEX REPLACE "^arm64$" "aarch64" DORMOUSE_CORE "${DORMOUSE_CORE}")
    string(APPEND DORMOUSE_CORE "-linux")
  endif()
endif()
set(_dormouse_library "${_dormouse_root}/lib/${DORMOUSE_CORE}/libdormouse.a")
if(NOT DORMOUSE_CORE OR NOT EXISTS "${_dormouse_library}")
  file(GLOB _dormouse_cores RELATIVE "${_dormouse_root}/lib" "${_dormouse_root}/lib/*-*" "${_dormouse_root}/lib/rv32*")
  list(JOIN _dormouse_cores ", " _dormouse_cores)
  set(Dormouse_FOUND FALSE)
  set(Dormouse_NOT_FOUND_MESSAGE "no library for core '${DORMOUSE_CORE}'; set DORMOUSE_CORE to one of: ${_dormouse_cores}")
  return()
endif()

if(NOT TARGET Dormouse::Dormouse)
  add_library(Dormouse::Dormouse STATIC IMPORTED)
  set_target_properties(Dormouse::Dormouse PROPERTIES IMPORTED_LOCATION "${_dormouse_library}"
    INTERFACE_INCLUDE_DIRECTORIES "${_dormouse_root}/include")
  set(_dormouse_dense "${_dormouse_root}/lib/${DORMOUSE_CORE}/libdormouse_dense.a")
  if(EXISTS "${_dormouse_dense}")
    add_library(Dormouse::Dense STATIC IMPORTED)
    set_target_properties(Dormouse::Dense PROPERTIES IMPORTED_LOCATION "${_dormouse_dense}"
      INTERFACE_INCLUDE_DIRECTORIES "${_dormouse_root}/include")
  endif()
endif()
# Folder of the models: Dormouse_MODELS/NAME/NAME_image.c and .h.
set(Dormouse_MODELS "${_dormouse_root}/models")
