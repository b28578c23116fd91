//! Compiles many expressions when it starts, as policies with rules of their own do, and then judges names and images by them.

use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::{accept_request, protocol_version_guest, reject_request, validate_settings};
use regex::Regex;
use serde::Deserialize;
use std::sync::OnceLock;
use wapc_guest::{self as guest, CallResult};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    /// How many of the expressions an object's name must not match; all of them if it is absent.
    rules: Option<usize>,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        match self.rules {
            Some(0) => Err("without rules there is nothing to judge".into()),
            _ => Ok(()),
        }
    }
}

static EXPRESSIONS: OnceLock<Vec<Regex>> = OnceLock::new();

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    expressions();
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", validate_settings::<Settings>);
    guest::register_function("protocol_version", protocol_version_guest);
}

/// Character classes of Unicode make them expensive: all of them take some forty milliseconds in a policy server.
fn expressions() -> &'static [Regex] {
    EXPRESSIONS.get_or_init(|| {
        (0..40)
            .map(|number| format!(r"^(?:\w{{1,3}}|\pL+\d)-forbidden-{number}(?:-\pN{{2,4}}|\s)?$"))
            .map(|pattern| Regex::new(&pattern).expect("the patterns are ours"))
            .collect()
    })
}

fn validate(payload: &[u8]) -> CallResult {
    let request = ValidationRequest::<Settings>::new(payload)?;
    let rules = request.settings.rules.unwrap_or(usize::MAX);
    let name = &request.request.name;
    match expressions().iter().take(rules).find(|expression| expression.is_match(name)) {
        Some(_) => reject_request(Some(format!("the name {name:?} is forbidden")), None, None, None),
        None => accept_request(),
    }
}
