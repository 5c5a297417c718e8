#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that every rule of check_layers.py can fail: a small good tree, spoiled in one way at a time."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import check_layers  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
GOOD = {
    "src/CMakeLists.txt": """# SPDX-License-Identifier: Apache-2.0
mpicd_module(base/core LINKS OpenSSL::Crypto)
mpicd_module(base/log USES base/core LINKS spdlog::spdlog)
mpicd_module(base/net USES base/core base/log)
mpicd_module(base/dns USES base/net)
mpicd_module(base/http USES base/net)
mpicd_module(mpic/model USES base/dns)
mpicd_module(mpic/check USES mpic/model
    base/http)
""",
    "include/base/core/result.hpp": SPDX + "#pragma once\n#include <string>\n",
    "include/base/net/ip.hpp": SPDX + '#pragma once\n#include "base/core/result.hpp"\n',
    "include/base/dns/name.hpp": SPDX + '#pragma once\n#include "base/net/ip.hpp"\n',
    "include/base/http/client.hpp": SPDX + "#pragma once\n",
    "include/mpic/model/report.hpp": SPDX + '#pragma once\n#include "base/core/result.hpp"\n',
    "src/base/core/result.cpp": SPDX + '#include "base/core/result.hpp"\n',
    "src/base/log/logger.cpp": SPDX + "#include <spdlog/spdlog.h>\n#include <prometheus/counter.h>\n",
    "src/base/dns/wire.hpp": SPDX + "#pragma once\n",
    "src/base/dns/name.cpp": SPDX + '#include "wire.hpp"\n#include "base/dns/wire.hpp"\n#include <ares.h>\n',
    "src/base/http/client.cpp": SPDX + "#include <boost/beast/http.hpp>\n",
    "src/mpic/model/report.cpp": SPDX + '#include "base/net/ip.hpp"\n',
    "src/mpicd/main.cpp": SPDX + '#include "mpic/model/report.hpp"\nint main() {}\n',
    "tests/unit/base/dns/name_test.cpp": SPDX + '#include "base/dns/wire.hpp"\n',
    "tests/fuzz/dns.cpp": SPDX + '#include "base/dns/wire.hpp"\n',
    "tests/house/check.py": "#!/usr/bin/env python3\n# SPDX-License-Identifier: Apache-2.0\n",
}


class CheckLayers(unittest.TestCase):
    def breaches(self, changes=None, unbuilt=()):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            tree = GOOD | (changes or {})
            for name, text in tree.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            build = root / "build" / "dev"
            build.mkdir(parents=True)
            (build / "compile_commands.json").write_text(json.dumps(
                [{"directory": str(build), "file": str(root / name), "command": "c++"}
                 for name in tree if name.endswith(".cpp") and name not in unbuilt]))
            return check_layers.check(root, build)

    def expect(self, where, what, changes, unbuilt=()):
        found = self.breaches(changes, unbuilt)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(where + ": "), found)
        self.assertIn(what, found[0])

    def test_a_good_tree_has_no_breach(self):
        self.assertEqual(self.breaches(), [])

    def test_an_include_upward(self):
        self.expect("src/base/core/result.cpp:2", "does not use base/dns",
                    {"src/base/core/result.cpp": SPDX + '#include "base/dns/name.hpp"\n'})
        self.expect("include/base/dns/name.hpp:3", "does not use mpic/model",
                    {"include/base/dns/name.hpp": SPDX + '#pragma once\n#include "mpic/model/report.hpp"\n'})

    def test_an_include_sideways(self):
        self.expect("src/base/dns/more.cpp:2", "does not use base/http",
                    {"src/base/dns/more.cpp": SPDX + '#include "base/http/client.hpp"\n'})

    def test_a_private_header_of_another_module(self):
        for name in ("src/mpic/model/more.cpp", "src/mpicd/dev.cpp", "tests/unit/mpic/model/a_test.cpp"):
            self.expect(name + ":2", "private header of base/dns",
                        {name: SPDX + '#include "base/dns/wire.hpp"\n'})

    def test_an_include_through_dots(self):
        self.expect("src/base/core/more.cpp:2", "..",
                    {"src/base/core/more.cpp": SPDX + '#include "../dns/wire.hpp"\n'})

    def test_a_module_that_uses_what_is_not_below(self):
        modules = GOOD["src/CMakeLists.txt"]
        self.expect("src/CMakeLists.txt:2", "not below",
                    {"src/CMakeLists.txt": modules.replace("base/core LINKS", "base/core USES base/dns LINKS")})
        self.expect("src/CMakeLists.txt:10", "base knows no MPIC",
                    {"src/CMakeLists.txt": modules + "mpicd_module(base/late USES mpic/model)\n"})

    def test_no_modules_at_all(self):
        self.assertTrue(any("no mpicd_module()" in line
                            for line in self.breaches({"src/CMakeLists.txt": "# nothing\n"})))

    def test_a_source_that_nobody_builds(self):
        for name in ("src/base/dns/orphan.cpp", "tests/unit/base/dns/orphan_test.cpp"):
            self.expect(name + ":1", "no target compiles", {name: SPDX}, unbuilt=(name,))

    def test_a_build_without_compile_commands(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "src").mkdir()
            (Path(folder) / "src/CMakeLists.txt").write_text(GOOD["src/CMakeLists.txt"])
            self.assertIn("compile_commands.json: missing", check_layers.check(folder, folder)[0])

    def test_a_library_outside_of_its_owner(self):
        for header in ("boost/beast/core.hpp", "spdlog/spdlog.h", "prometheus/gauge.h", "ares.h"):
            self.expect("src/mpic/model/more.cpp:2", "outside of",
                        {"src/mpic/model/more.cpp": SPDX + f"#include <{header}>\n"})
            self.expect("tests/unit/mpic/model/a_test.cpp:2", "outside of",
                        {"tests/unit/mpic/model/a_test.cpp": SPDX + f"#include <{header}>\n"})

    def test_the_binary_may_name_the_versions_it_stands_on(self):
        self.assertEqual(self.breaches({"src/mpicd/build_info.cpp": SPDX + "#include <ares.h>\n"}), [])

    def test_a_library_in_a_public_header_even_of_its_owner(self):
        self.expect("include/base/http/client.hpp:3", "in a public header",
                    {"include/base/http/client.hpp": SPDX + "#pragma once\n#include <boost/beast.hpp>\n"})

    def test_a_file_too_long(self):
        self.expect("src/base/core/long.cpp:401", "401 lines",
                    {"src/base/core/long.cpp": SPDX + "//\n" * 400})
        self.assertEqual(self.breaches({"src/base/core/long.cpp": SPDX + "//\n" * 399}), [])

    def test_a_source_without_a_licence(self):
        for name in ("src/base/core/more.cpp", "tests/house/more.py", "config/more.sh"):
            self.expect(name + ":1", "SPDX", {name: "\n"})

    def test_a_header_without_pragma_once(self):
        self.expect("include/base/core/more.hpp:1", "#pragma once", {"include/base/core/more.hpp": SPDX})

    def test_a_folder_that_says_nothing(self):
        for folder in ("src/base/core/util", "tests/support/helpers"):
            self.expect(folder + ":1", "says nothing", {folder + "/a.hpp": SPDX + "#pragma once\n"})


if __name__ == "__main__":
    unittest.main()
