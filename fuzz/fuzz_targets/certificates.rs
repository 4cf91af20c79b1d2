#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oauthbearer_fuzz::certificates(data));
