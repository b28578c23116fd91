/**
 * The object at the top of an object's owners, which a person would change to mend it: the Deployment of a Pod. `isCertain` is false
 * where the chain could not be followed to its end, and this is as far as it was followed.
 */
export type TopOwner = {
  readonly apiVersion: string;
  readonly kind: string;
  /** `deployments.apps`; where nobody knows the type, its kind in lower case. */
  readonly groupResource: string;
  readonly name: string;
  readonly isCertain: boolean;
};

/** What an object says of its owner, which is in the same namespace or in none. */
export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty where it is not known. */
  readonly uid: string;
};
