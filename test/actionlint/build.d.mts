export class ActionlintUnavailable extends Error {}
export function buildActionlint(): Promise<string>;
