#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oauthbearer_fuzz::private_key(data));
