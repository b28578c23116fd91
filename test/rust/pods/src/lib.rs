//! Judges what runs in Pods, and in everything that makes Pods: privileged containers, namespaces of the host, untrusted images.
//! It says each of its answers in another way: with and without a message, a code, warnings, annotations, or not at all.

use k8s_openapi::api::core::v1::{Container, PodSpec};
use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::{accept_request, logging, protocol_version_guest, reject_request, validate_settings};
use serde::Deserialize;
use slog::{Logger, info, o};
use std::collections::HashMap;
use wapc_guest::{self as guest, CallResult};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    allow_privileged: bool,
    allow_host_namespaces: bool,
    /// Where images may come from, e.g. `registry.example.com/`; everywhere if it is empty.
    trusted_registries: Vec<String>,
    /// Names that are answered in an unusual way.
    unusual: HashMap<String, Unusual>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Unusual {
    Panic,
    Fail,
    RejectSilently,
    RejectWithCode,
    RejectWithWarnings,
    Nonsense,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        match self.trusted_registries.iter().find(|registry| !registry.ends_with('/')) {
            Some(registry) => Err(format!("the registry {registry:?} does not end with a slash")),
            None => Ok(()),
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    guest::register_function("validate", validate);
    guest::register_function("validate_settings", validate_settings::<Settings>);
    guest::register_function("protocol_version", protocol_version_guest);
}

fn validate(payload: &[u8]) -> CallResult {
    let request = ValidationRequest::<Settings>::new(payload)?;
    let log = Logger::root(logging::KubewardenDrain::new(), o!("policy" => "pods"));
    info!(log, "judging"; "name" => &request.request.name);
    if let Some(unusual) = request.settings.unusual.get(&request.request.name) {
        return answer_unusually(*unusual);
    }
    let Some(spec) = request.extract_pod_spec_from_object()? else {
        return accept_request();
    };
    let violations = judge(&spec, &request.settings);
    if violations.is_empty() {
        return accept_request();
    }
    reject_request(Some(violations.join("; ")), None, None, None)
}

fn answer_unusually(unusual: Unusual) -> CallResult {
    match unusual {
        Unusual::Panic => panic!("as the settings want it"),
        Unusual::Fail => Err("it fails as the settings want it".into()),
        Unusual::RejectSilently => reject_request(None, None, None, None),
        Unusual::RejectWithCode => reject_request(Some("not here".into()), Some(418), None, None),
        Unusual::RejectWithWarnings => reject_request(
            Some("with more to say".into()),
            None,
            Some(HashMap::from([("reason".into(), "the settings".into())])),
            Some(vec!["first".into(), "second".into()]),
        ),
        Unusual::Nonsense => Ok(b"{\"accepted\":\"maybe\"}".to_vec()),
    }
}

fn judge(spec: &PodSpec, settings: &Settings) -> Vec<String> {
    let mut violations = Vec::new();
    if !settings.allow_host_namespaces {
        for (name, used) in [
            ("hostNetwork", spec.host_network),
            ("hostPID", spec.host_pid),
            ("hostIPC", spec.host_ipc),
        ] {
            if used == Some(true) {
                violations.push(format!("{name} is not allowed"));
            }
        }
    }
    for container in containers(spec) {
        if !settings.allow_privileged && is_privileged(container) {
            violations.push(format!("container {:?} is privileged", container.name));
        }
        let image = container.image.as_deref().unwrap_or_default();
        let trusted = &settings.trusted_registries;
        if !trusted.is_empty() && !trusted.iter().any(|registry| image.starts_with(registry)) {
            violations.push(format!("image {image:?} is not trusted"));
        }
    }
    violations
}

fn containers(spec: &PodSpec) -> impl Iterator<Item = &Container> {
    spec.init_containers.iter().flatten().chain(&spec.containers)
}

fn is_privileged(container: &Container) -> bool {
    container.security_context.as_ref().and_then(|context| context.privileged) == Some(true)
}
