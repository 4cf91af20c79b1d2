#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oauthbearer_fuzz::pairs(data));
