import type { ApiResource } from '../../domain/index.ts';

/*
 * The types that every cluster serves and that can be listed, the preferred version of each group first, those of Kubewarden, and
 * the reports.
 * A line is `plural Kind`; `!` marks what belongs to no namespace.
 */
const types: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'configmaps ConfigMap',
    'endpoints Endpoints',
    'events Event',
    'limitranges LimitRange',
    '!namespaces Namespace',
    '!nodes Node',
    'persistentvolumeclaims PersistentVolumeClaim',
    '!persistentvolumes PersistentVolume',
    'pods Pod',
    'podtemplates PodTemplate',
    'replicationcontrollers ReplicationController',
    'resourcequotas ResourceQuota',
    'secrets Secret',
    'serviceaccounts ServiceAccount',
    'services Service',
  ],
  'admissionregistration.k8s.io/v1': [
    '!mutatingadmissionpolicies MutatingAdmissionPolicy',
    '!mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding',
    '!mutatingwebhookconfigurations MutatingWebhookConfiguration',
    '!validatingadmissionpolicies ValidatingAdmissionPolicy',
    '!validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding',
    '!validatingwebhookconfigurations ValidatingWebhookConfiguration',
  ],
  'apiextensions.k8s.io/v1': ['!customresourcedefinitions CustomResourceDefinition'],
  'apiregistration.k8s.io/v1': ['!apiservices APIService'],
  'apps/v1': [
    'controllerrevisions ControllerRevision',
    'daemonsets DaemonSet',
    'deployments Deployment',
    'replicasets ReplicaSet',
    'statefulsets StatefulSet',
  ],
  'autoscaling/v2': ['horizontalpodautoscalers HorizontalPodAutoscaler'],
  'autoscaling/v1': ['horizontalpodautoscalers HorizontalPodAutoscaler'],
  'batch/v1': ['cronjobs CronJob', 'jobs Job'],
  'certificates.k8s.io/v1': [
    '!certificatesigningrequests CertificateSigningRequest',
    '!clustertrustbundles ClusterTrustBundle',
    'podcertificaterequests PodCertificateRequest',
  ],
  'coordination.k8s.io/v1': ['leases Lease'],
  'discovery.k8s.io/v1': ['endpointslices EndpointSlice'],
  'events.k8s.io/v1': ['events Event'],
  'flowcontrol.apiserver.k8s.io/v1': [
    '!flowschemas FlowSchema',
    '!prioritylevelconfigurations PriorityLevelConfiguration',
  ],
  'networking.k8s.io/v1': [
    '!ingressclasses IngressClass',
    'ingresses Ingress',
    '!ipaddresses IPAddress',
    'networkpolicies NetworkPolicy',
    '!servicecidrs ServiceCIDR',
  ],
  'node.k8s.io/v1': ['!runtimeclasses RuntimeClass'],
  'policy/v1': ['poddisruptionbudgets PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': [
    '!clusterrolebindings ClusterRoleBinding',
    '!clusterroles ClusterRole',
    'rolebindings RoleBinding',
    'roles Role',
  ],
  'resource.k8s.io/v1': [
    '!deviceclasses DeviceClass',
    '!devicetaintrules DeviceTaintRule',
    'resourceclaims ResourceClaim',
    'resourceclaimtemplates ResourceClaimTemplate',
    '!resourceslices ResourceSlice',
  ],
  'scheduling.k8s.io/v1': ['!priorityclasses PriorityClass'],
  'storage.k8s.io/v1': [
    '!csidrivers CSIDriver',
    '!csinodes CSINode',
    'csistoragecapacities CSIStorageCapacity',
    '!storageclasses StorageClass',
    '!volumeattachments VolumeAttachment',
    '!volumeattributesclasses VolumeAttributesClass',
  ],
  'storagemigration.k8s.io/v1': ['!storageversionmigrations StorageVersionMigration'],
  'policies.kubewarden.io/v1': [
    'admissionpolicies AdmissionPolicy',
    'admissionpolicygroups AdmissionPolicyGroup',
    '!clusteradmissionpolicies ClusterAdmissionPolicy',
    '!clusteradmissionpolicygroups ClusterAdmissionPolicyGroup',
    '!policyservers PolicyServer',
  ],
  'openreports.io/v1alpha1': ['reports Report', '!clusterreports ClusterReport'],
  'wgpolicyk8s.io/v1alpha2': ['policyreports PolicyReport', '!clusterpolicyreports ClusterPolicyReport'],
};

export const listedVerbs: readonly string[] = ['create', 'get', 'list'];

/** What discovery would say about them. */
export const builtInTypes: readonly ApiResource[] = Object.entries(types).flatMap(([apiVersion, lines]) => {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  return lines.map((line) => {
    const namespaced = !line.startsWith('!');
    const [resource = '', kind = ''] = line.replace('!', '').split(' ');
    return { group, version, resource, kind, namespaced, verbs: listedVerbs };
  });
});
