//! Lets objects only into Namespaces that somebody owns: it asks its host for the Namespace, or for all of them.

use k8s_openapi::List;
use k8s_openapi::api::core::v1::Namespace;
use kubewarden_policy_sdk::host_capabilities::kubernetes::{
    GetResourceRequest, ListAllResourcesRequest, get_resource, list_all_resources,
};
use kubewarden_policy_sdk::request::ValidationRequest;
use kubewarden_policy_sdk::settings::Validatable;
use kubewarden_policy_sdk::{accept_request, protocol_version_guest, reject_request, validate_settings};
use serde::Deserialize;
use wapc_guest::{self as guest, CallResult};

#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    label: String,
    /// Ask for all Namespaces instead of the object's own.
    list: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { label: "owner".into(), list: false }
    }
}

impl Validatable for Settings {
    fn validate(&self) -> Result<(), String> {
        if self.label.is_empty() { Err("the label has no name".into()) } else { Ok(()) }
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
    let (name, label) = (&request.request.namespace, &request.settings.label);
    if name.is_empty() {
        return accept_request();
    }
    let found = if request.settings.list { find(name)? } else { Some(get(name)?) };
    match found.map(|namespace| owner(&namespace, label)) {
        Some(Some(_)) => accept_request(),
        Some(None) => reject(format!("the namespace {name:?} has no label {label:?}")),
        None => reject(format!("there is no namespace {name:?}")),
    }
}

fn reject(message: String) -> CallResult {
    reject_request(Some(message), None, None, None)
}

fn owner(namespace: &Namespace, label: &str) -> Option<String> {
    namespace.metadata.labels.as_ref()?.get(label).cloned()
}

fn get(name: &str) -> Result<Namespace, kubewarden_policy_sdk::Error> {
    get_resource(&GetResourceRequest {
        api_version: "v1".into(),
        kind: "Namespace".into(),
        name: name.into(),
        namespace: None,
        disable_cache: false,
        field_masks: None,
    })
}

fn find(name: &str) -> Result<Option<Namespace>, kubewarden_policy_sdk::Error> {
    let all: List<Namespace> = list_all_resources(&ListAllResourcesRequest {
        api_version: "v1".into(),
        kind: "Namespace".into(),
        label_selector: None,
        field_selector: None,
        field_masks: None,
    })?;
    Ok(all.items.into_iter().find(|namespace| namespace.metadata.name.as_deref() == Some(name)))
}
