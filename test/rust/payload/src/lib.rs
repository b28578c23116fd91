//! Denies everything, and says what it was given: the whole payload is its message.

use kubewarden_policy_sdk::{protocol_version_guest, reject_request};
use wapc_guest::{self as guest, CallResult};

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", |_| Ok(b"{\"valid\":true}".to_vec()));
    guest::register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    reject_request(Some(String::from_utf8_lossy(payload).into_owned()), None, None, None)
}
