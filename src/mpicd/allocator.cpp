// SPDX-License-Identifier: Apache-2.0
// How jemalloc is to behave: few arenas, because there are few threads; and
// memory that a rush needed goes back to the system within two seconds, also when nothing happens.

// The name and the linkage are jemalloc's; under a sanitizer nobody looks at this.
extern "C" {
extern const char* const malloc_conf;
const char* const malloc_conf =
    "narenas:4,background_thread:true,max_background_threads:1,dirty_decay_ms:2000,"
    "muzzy_decay_ms:0,metadata_thp:disabled";
}
