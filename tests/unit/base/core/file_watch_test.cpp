// SPDX-License-Identifier: Apache-2.0
#include "base/core/file_watch.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

class FileWatch : public testing::Test {
protected:
    FileWatch() : folder_((fs::temp_directory_path() / "file-watch-XXXXXX").string()) {
        EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
        write("a", "one");
        write("b", "two");
        watch.know({path("a"), path("b")});
    }
    ~FileWatch() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path(name)) << text;
    }

    base::FileWatch watch;

private:
    std::string folder_;
};

TEST_F(FileWatch, NothingHappensWhileNothingChanges) {
    for (int i = 0; i < 3; ++i)
        EXPECT_FALSE(watch.settled_change());
}

TEST_F(FileWatch, AChangeIsNewsOnceItHasSettled) {
    write("a", "longer");
    EXPECT_FALSE(watch.settled_change()) << "it may still be written";
    write("b", "longer too");
    EXPECT_FALSE(watch.settled_change()) << "it was";
    EXPECT_TRUE(watch.settled_change());
    EXPECT_TRUE(watch.settled_change()) << "until somebody says that it is known";
    watch.know({path("a"), path("b")}, watch.look());
    EXPECT_FALSE(watch.settled_change());
}

TEST_F(FileWatch, WhatChangesWhileItIsReadIsNewsAgain) {
    write("a", "longer");
    const auto before = watch.look();
    write("a", "longer still"); // after it was read
    watch.know({path("a"), path("b")}, before);
    EXPECT_FALSE(watch.settled_change());
    EXPECT_TRUE(watch.settled_change());
}

TEST_F(FileWatch, AFileThatGoesAndComesBackIsNews) {
    fs::remove(path("b"));
    EXPECT_FALSE(watch.settled_change());
    EXPECT_TRUE(watch.settled_change());
    watch.know({path("a"), path("b")});
    EXPECT_FALSE(watch.settled_change());
    write("b", "two");
    EXPECT_FALSE(watch.settled_change());
    EXPECT_TRUE(watch.settled_change());
}

TEST_F(FileWatch, AFileReplacedByARenameIsNews) {
    write("new", "one"); // of the same length
    fs::rename(path("new"), path("a"));
    EXPECT_FALSE(watch.settled_change());
    EXPECT_TRUE(watch.settled_change());
}

TEST_F(FileWatch, ALinkThatIsTurnedElsewhereIsNews) {
    fs::create_symlink(path("a"), path("link"));
    watch.know({path("link")});
    EXPECT_FALSE(watch.settled_change());
    fs::create_symlink(path("b"), path("next"));
    fs::rename(path("next"), path("link"));
    EXPECT_FALSE(watch.settled_change());
    EXPECT_TRUE(watch.settled_change());
}

TEST_F(FileWatch, WhatChangesBackIsNoNews) {
    const auto before = watch.look();
    fs::create_symlink(path("a"), path("link"));
    watch.know({path("link")});
    fs::create_symlink(path("b"), path("next"));
    fs::rename(path("next"), path("link"));
    EXPECT_FALSE(watch.settled_change());
    fs::create_symlink(path("a"), path("back"));
    fs::rename(path("back"), path("link"));
    EXPECT_FALSE(watch.settled_change());
    EXPECT_FALSE(watch.settled_change());
}

} // namespace
