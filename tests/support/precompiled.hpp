// SPDX-License-Identifier: Apache-2.0
// What the program's precompiled header holds, and what every test needs besides.
#pragma once

#include "base/precompiled/precompiled.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
