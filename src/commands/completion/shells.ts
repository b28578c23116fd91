/** The shells that are known, in the order of the help. */
export const shells = ['bash', 'zsh', 'fish'] as const;
