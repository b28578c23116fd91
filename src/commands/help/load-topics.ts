/** The topics of the help that are no commands, by name; loaded when one is asked for. */
export const loadHelpTopics = async () => (await import('./topics.ts')).helpTopics;
