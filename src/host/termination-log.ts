import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Writes the message where the kubelet looks for it, but only if the file is there already: outside of a container nothing is
 * created. Resolves to whether it was written; a failure must not change how the run ends.
 */
export async function writeTerminationMessage(path: string, message: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_TRUNC);
    await file.writeFile(message);
    await file.close();
    return true;
  } catch {
    return false;
  }
}
