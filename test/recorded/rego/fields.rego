# A Gatekeeper policy that says which fields of its review are not there.
package fields

violation contains {"msg": msg} if {
	not input.review.oldObject
	msg := "there is no oldObject"
}

violation contains {"msg": msg} if {
	some field in ["dryRun", "object", "oldObject", "options", "requestKind", "requestResource", "subResource"]
	not has(field)
	msg := sprintf("no %s", [field])
}

has(field) if field in object.keys(input.review)
