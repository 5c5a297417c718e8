// SPDX-License-Identifier: Apache-2.0
// Any octets: a message or a failure, never a crash; what was read can be written and reads back
// the same; and what is made of it (an answer, a delegation) keeps within its limits.

#include "base/core/random.hpp"
#include "base/dns/delegation.hpp"
#include "base/dns/interpret.hpp"
#include "base/dns/message.hpp"
#include "base/dns/query_case.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace base::dns;

constexpr int max_chain = 8;

void demand(bool held, const char* property) {
    if (!held) {
        std::fprintf(stderr, "broken property: %s\n", property);
        std::abort();
    }
}

void check_answer(const Message& message) {
    for (const Question& question : message.questions) {
        const auto answer = interpret(message, question, message.id, max_chain);
        if (!answer)
            continue;
        demand(answer->chain.size() <= max_chain, "the chain has its limit");
        const Name& owner = answer->chain.empty() ? question.name : answer->chain.back();
        for (const Record& record : answer->records)
            demand(record.owner == owner && record.type == question.type,
                   "records are those of the chain's end");
        demand(answer->records.empty() || answer->rcode == Rcode::noerror, "records need NOERROR");
        const Delegation found = read_delegation(message, question.name, question.name.parent());
        demand(found.kind != Delegation::Kind::secure || message.authentic_data,
               "nothing is secure without AD");
    }
}

/// What a resolver may send back is not trusted with the query's spelling either.
void check_spelling(std::string_view wire) {
    base::SeededRandom random(wire.size());
    const std::string mixed = mix_case(std::string(wire), random);
    demand(put_question(mixed, wire) == wire, "the asker's spelling comes back");
    demand(!echoes_question(wire, mixed) || mixed == wire, "an echo has every octet");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view wire(reinterpret_cast<const char*>(data), size);
    check_spelling(wire);
    const auto message = decode(wire);
    const auto answer = decode(wire, 4096, Name(), Keep::answer);
    demand(answer.has_value() == message.has_value(), "what is not kept is read as strictly");
    if (!message) {
        demand(answer.error() == message.error(), "and fails alike");
        return 0;
    }
    demand(answer->answers == message->answers && answer->questions == message->questions
               && answer->edns == message->edns && answer->rcode == message->rcode,
           "what an answer needs is kept");
    const auto again = decode(encode(*message));
    demand(again.has_value(), "what was written reads back");
    // Compressed names that are written in full can outgrow a message.
    const bool outgrown = again->truncated && !message->truncated;
    demand(outgrown || *again == *message, "reading, writing and reading again changes nothing");
    for (const Question& question : message->questions)
        demand(decode(wire, 4096, question.name) == message, "what is known changes nothing");
    check_answer(*message);
    for (const auto* section : {&message->answers, &message->authority, &message->additional})
        for (const Record& record : *section)
            demand(!rdata_text(record.type, record.rdata).empty(), "RDATA has a text form");
    return 0;
}
