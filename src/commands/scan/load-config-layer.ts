/** What lies below a command line, loaded when there is one to be read: the help does without. */
export const loadConfigLayer = async () => import('./config-layer.ts');
