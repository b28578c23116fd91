/**
 * The top owner of an object, which a person would change to fix it: the Deployment of a Pod. `isCertain` is false
 * where the chain could not be followed to its end, and this is as far as it was followed.
 */
export type TopOwner = {
  readonly apiVersion: string;
  readonly kind: string;
  /** `deployments.apps`; its kind in lower case if the type is unknown. */
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
