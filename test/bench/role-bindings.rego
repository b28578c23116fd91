# In the way of the Gatekeeper library: refuses a RoleBinding whose subjects have another role anywhere in the cluster, and looks at
# every RoleBinding for that.
package rolebindings

violation contains {"msg": msg} if {
	object := input.review.object
	other := data.inventory.namespace[namespace]["rbac.authorization.k8s.io/v1"].RoleBinding[name]
	other.subjects[_].name == object.subjects[_].name
	other.roleRef.name != object.roleRef.name
	msg := sprintf("the subject has the role %v by %v/%v", [other.roleRef.name, namespace, name])
}
