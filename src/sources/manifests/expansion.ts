/** More values than any manifest has. An alias is a value again each time it is used, as it is when written as JSON. */
const mostValues = 1_000_000;
const deepest = 1000;

/** Whether a value, with shared parts counted as often as they are used, is small enough to be written out. */
export function isWithinExpansion(root: unknown): boolean {
  const stack: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 0 }];
  let seen = 0;
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { value, depth } = next;
    seen += 1;
    if (seen + stack.length > mostValues || depth > deepest) return false;
    if (typeof value !== 'object' || value === null) continue;
    for (const part of Object.values(value)) stack.push({ value: part, depth: depth + 1 });
  }
  return true;
}
