# A Gatekeeper policy: Pods, and workloads that make Pods, keep out of the namespaces of their node.
package hostnamespaces

violation contains {"msg": msg} if {
	shared := {field |
		some field in ["hostNetwork", "hostPID", "hostIPC"]
		not field in object.get(input.parameters, "allowed", [])
		pod_spec[field] == true
	}
	count(shared) > 0
	msg := sprintf("not allowed: %s", [concat(", ", sort(shared))])
}

pod_spec := input.review.object.spec if input.review.object.kind == "Pod"

pod_spec := input.review.object.spec.template.spec if {
	input.review.object.kind in ["Deployment", "StatefulSet", "DaemonSet", "Job"]
}

pod_spec := input.review.object.spec.jobTemplate.spec.template.spec if input.review.object.kind == "CronJob"
