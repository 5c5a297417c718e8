// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON read once from front to back, without a tree, by somebody who knows what comes: messages
// that we wrote ourselves, whose members stand in the order in which they are asked for.

#include "base/json/retrace.hpp"
#include "base/json/tree.hpp"

#include <string>
#include <string_view>

namespace base::json {

/// Where the reader is in the text. What is not as it is asked for - another member, another order,
/// white space, a value that is none - makes the scan lost; then nothing more is found, and it is
/// for Tree or parse() to say whether anything is wrong. What is not lost in the end, parse()
/// takes, and finds the same in it: a key that stands there twice cannot be asked for twice.
class Scan {
public:
    /// `text` outlives the scan.
    explicit Scan(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

    /// Whether the next member is this one.
    [[nodiscard]] bool is_at(std::string_view key) const;
    /// Goes behind the key, if this is the next one. Its value is to be read then.
    [[nodiscard]] bool enter(std::string_view key);
    /// Goes into an object or array, if the value is one; otherwise lost.
    [[nodiscard]] bool open(char bracket);
    /// Goes out of it again, if it ends here.
    [[nodiscard]] bool close(char bracket);
    /// The value, which is no object, array or null; otherwise lost. The node is good until the
    /// next one is read, its text as long as the scan.
    [[nodiscard]] MaybeNode scalar();
    /// That of the next member, if it is this one.
    [[nodiscard]] MaybeNode scalar_member(std::string_view key);

    /// Goes over the next member, key and value, if `retrace` does. It is returned as it stands;
    /// otherwise nothing, and the scan is where it was.
    [[nodiscard]] std::string_view retraced(bool (*retrace)(Retrace& in));

    [[nodiscard]] bool lost() const { return lost_; }
    /// Not lost, and at the end of the text.
    [[nodiscard]] bool complete() const { return !lost_ && at_ == end_; }

private:
    [[nodiscard]] const char* behind(std::string_view key) const;
    [[nodiscard]] MaybeNode found(bool sound);
    [[nodiscard]] bool read();
    [[nodiscard]] bool read_odd(char first);
    [[nodiscard]] bool read_text();
    [[nodiscard]] bool read_escaped(const char* begin);
    void make_text(std::string_view text);
    /// Behind the comma that must part it from what stands before it; null without one.
    [[nodiscard]] const char* next() const {
        if (!comma_)
            return at_;
        return at_ != end_ && *at_ == ',' ? at_ + 1 : nullptr;
    }

    const char* at_;
    const char* end_;
    bool comma_ = false; ///< a value stands before what comes next
    bool lost_ = false;
    Node::Entry here_;
    std::string undone_; ///< texts whose escapes are undone, one after another
};

} // namespace base::json
