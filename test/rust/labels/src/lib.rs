//! Gives every object the labels of the settings, and every Pod's containers a read-only file system where the settings say so.

use k8s_openapi::api::core::v1::PodSpec;
use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::{
    accept_request, mutate_pod_spec_from_request, mutate_request, protocol_version_guest, validate_settings,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use wapc_guest::{self as guest, CallResult};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Settings {
    labels: BTreeMap<String, String>,
    read_only_root: bool,
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.labels.is_empty() && !self.read_only_root {
            return Err("there is nothing to change".into());
        }
        Ok(())
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
    if request.settings.read_only_root {
        return match request.extract_pod_spec_from_object()? {
            Some(spec) => mutate_pod_spec_from_request(request, with_read_only_root(spec)),
            None => accept_request(),
        };
    }
    let mut object = request.request.object;
    if request.settings.labels.iter().all(|(key, value)| object["metadata"]["labels"][key] == **value) {
        return accept_request();
    }
    for (key, value) in request.settings.labels {
        object["metadata"]["labels"][key] = value.into();
    }
    mutate_request(object)
}

fn with_read_only_root(mut spec: PodSpec) -> PodSpec {
    for container in &mut spec.containers {
        let context = container.security_context.get_or_insert_default();
        context.read_only_root_filesystem = Some(true);
    }
    spec
}
