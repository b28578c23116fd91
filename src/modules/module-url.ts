/** The URL of a module as a policy names it; without a scheme it is that of a registry. */
export function toModuleUrl(module: string): string {
  return module.includes('://') ? module : `registry://${module}`;
}
