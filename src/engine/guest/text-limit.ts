/**
 * As much as policies say at once. What JSON takes in the heap is many times its text, no time limit ends whoever reads it, and a
 * heap that cannot grow for it ends the whole process.
 */
export const maxTextBytes = 4 * 2 ** 20;
