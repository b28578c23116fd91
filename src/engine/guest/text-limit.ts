/**
 * The most that a policy may say at once. JSON takes many times its text in the heap, no time limit interrupts parsing, and a
 * heap that cannot grow for it ends the whole process.
 */
export const maxTextBytes = 4 * 2 ** 20;
